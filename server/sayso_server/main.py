"""The command `sayso-server`."""

import click

from sayso_server.commands.corpus import corpus
from sayso_server.commands.corrections import corrections
from sayso_server.commands.extract import extract
from sayso_server.commands.info import info
from sayso_server.commands.serve import serve
from sayso_server.version import VERSION


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, package_name="sayso-server")
def main() -> None:
    """Who said what in English news: the server, and extraction from files."""


main.add_command(corpus)
main.add_command(corrections)
main.add_command(extract)
main.add_command(info)
main.add_command(serve)

if __name__ == "__main__":
    main()
