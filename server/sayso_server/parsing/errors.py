"""What can go wrong when models are loaded."""


class ModelError(Exception):
    """The model cannot be used. The message is one line that says what is wrong and what to do."""
