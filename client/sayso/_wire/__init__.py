"""Converts Python values to messages of the contract and back, both directions side by side."""
