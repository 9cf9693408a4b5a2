"""The commands of `sayso-server`."""
