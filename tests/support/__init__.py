"""Shared test helpers: a fake engine, servers with it, and so on."""
