"""How fast sayso reads, measured as ratios within one run: `make bench`, `python -m sayso_server.bench`."""
