"""How fast sayso reads, measured as ratios within one run: `make bench`, `sayso-tools speed bench`."""
