"""Errors of loading models."""


class ModelError(Exception):
    """The model cannot be used. The message is one line with the problem and a remedy."""
