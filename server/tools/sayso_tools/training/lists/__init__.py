"""Generates the word lists in `core/data/generated` from public data: `sayso-tools lists`."""
