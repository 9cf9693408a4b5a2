"""Speed benchmarks, as ratios within one run: `make bench`, `sayso-tools speed bench`."""
