"""The text read in order."""
