"""The parts of `sayso.testing`."""
