"""The version of the installed distribution, which is also that of `sayso`."""

from importlib.metadata import version

VERSION = version("sayso-server")
