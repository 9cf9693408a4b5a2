"""The command `sayso-server`."""

import importlib

import click

from sayso_server.version import VERSION

COMMANDS = {
    "serve": "serve the extraction service, over gRPC and HTTP",
    "probe": "check whether the server is ready",
    "extract": "read a file of articles, write one result per line",
    "corpus": "read many documents into tables, on several workers",
    "corrections": "convert corrections of a report to gold",
    "info": "print the version of the server and the name, version and digest of the model",
}
"""Each command is a function in a module of the same name."""


class Commands(click.Group):
    """Imports commands only when needed: a probe that runs every few seconds does not need the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"sayso_server.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(VERSION, package_name="sayso-server")
def main() -> None:
    """Who said what in English news: the server, and extraction from files."""


if __name__ == "__main__":
    main()
