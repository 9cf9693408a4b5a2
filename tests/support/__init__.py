"""What several tests use: a fake engine, and servers around it."""
