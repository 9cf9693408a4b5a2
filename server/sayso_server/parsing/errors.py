"""Errors of loading and running models."""


class ModelError(Exception):
    """The model cannot be used. The message is one line with the problem and a remedy."""


class GpuLostError(BaseException):
    """The GPU has failed, and this process cannot use it any more. The message is the name of the device.

    It is not an Exception: code that catches those continues with the next text, which would fail as well.
    """
