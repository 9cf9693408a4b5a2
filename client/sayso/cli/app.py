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

    Without --server and SAYSO_SERVER, sayso connects to localhost:50051. If no server runs there, the documents
    are read in this process, if sayso-server is installed.
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

    The next shell has it. eval "$(sayso completion bash)" in ~/.bashrc does it too, and eval "$(sayso completion
    zsh)" in ~/.zshrc; each shell then takes as much longer to start as sayso does.
    """
    from sayso.cli.completion import script

    click.echo(script(app, shell))


for command in (extract, speakers, check, info, health, doctor):
    app.add_command(command)
