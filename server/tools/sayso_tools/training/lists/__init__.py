"""The word lists of `core/data/generated`, made of public data: `sayso-tools lists`."""
