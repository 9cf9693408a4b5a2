"""`python -m sayso_tools` is the command `sayso-tools`."""

from sayso_tools.main import main

main(prog_name="sayso-tools")
