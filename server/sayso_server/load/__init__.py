"""Load on a server: an open-loop generator, and what its callers saw."""
