"""The command line: `sayso` and its commands."""

import click

from sayso.cli.document_commands import check, extract, speakers
from sayso.cli.group import Group
from sayso.cli.server_commands import doctor, health, info
from sayso.cli.statuses import BAD_ARGUMENTS


@click.group(
    cls=Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="""
    \b
    Try:
      sayso extract article.txt
      sayso extract news/*.html -o report.html
      curl -sL ADDRESS | sayso extract
      sayso speakers news/
      sayso check article.txt --against speech.txt

    Without --server and SAYSO_SERVER, sayso connects to localhost:50051. If no server runs there and sayso-server
    is installed, the documents are read in this process.
    """,
)
@click.version_option(package_name="sayso", prog_name="sayso")
@click.pass_context
def app(context: click.Context) -> None:
    """Who said what in English news."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(BAD_ARGUMENTS)


@app.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(*, shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash: sayso completion bash > ~/.local/share/bash-completion/completions/sayso
    zsh:  sayso completion zsh > FOLDER/_sayso      where FOLDER is one of $fpath
    fish: sayso completion fish > ~/.config/fish/completions/sayso.fish

    This takes effect in new shells. Alternatively, put eval "$(sayso completion bash)" into ~/.bashrc, or eval
    "$(sayso completion zsh)" into ~/.zshrc; every shell then starts a little more slowly, because it runs sayso.
    """
    from sayso.cli.completion import script

    click.echo(script(app, shell))


for command in (extract, speakers, check, info, health, doctor):
    app.add_command(command)
