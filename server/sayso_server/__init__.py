"""The server of sayso: reads English news and returns attributed statements."""
