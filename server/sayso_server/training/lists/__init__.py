"""The word lists of `core/data/generated`, made of public data: one command (see `__main__`)."""
