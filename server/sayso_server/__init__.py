"""The sayso server: reads English news and returns attributed statements."""
