"""Completion scripts for shells."""

import click
from click.shell_completion import get_completion_class

_ZSH_HAS_COMPLETION = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }\n"
"""Initializes completion in zsh if nothing else has; no effect in a file of $fpath, which compinit loads."""
_ZSH_FIRST_CALL, _ZSH_EVERY_CALL = "$zsh_eval_context[-1] == loadautofunc", "$funcstack[1] == _sayso"
"""The test by which a file of $fpath knows that it should complete. Click's own test fails at the second Tab."""


def script(app: click.Command, shell: str) -> str:
    """The script for a shell; it works both with eval and as a file."""
    complete = get_completion_class(shell)
    assert complete is not None
    completer = complete(app, {}, "sayso", "_SAYSO_COMPLETE")
    text = completer.source_template % completer.source_vars()  # source() would run the shell first
    if shell == "zsh":
        first, _, rest = text.partition("\n")  # #compdef must come first
        return f"{first}\n{_ZSH_HAS_COMPLETION}{rest.replace(_ZSH_FIRST_CALL, _ZSH_EVERY_CALL)}"
    return text
