"""Names in the text and whose they are."""
