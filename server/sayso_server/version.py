"""The version of the installed distribution, the same as that of `sayso`."""

from importlib.metadata import version

VERSION = version("sayso-server")
