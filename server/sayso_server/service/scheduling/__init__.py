"""Which texts are read when, by which worker."""
