"""Readers of annotated files, one per format."""
