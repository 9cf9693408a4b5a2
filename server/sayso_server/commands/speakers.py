"""The option `--speakers`, and the known speakers that it names."""

import click

from sayso.errors import InvalidDocument
from sayso.known import read_known_speakers
from sayso_server.core.statement import KnownSpeaker
from sayso_server.service.api.known import known_values

speakers_option = click.option(
    "--speakers",
    type=click.Path(exists=True, dir_okay=False),
    envvar="SAYSO_SPEAKERS",
    metavar="FILE",
    help="Known speakers: a CSV file with the columns id, name, aliases, type, role, from and to.",
)


class SpeakersRefused(click.ClickException):
    """The file of known speakers cannot be used."""

    exit_code = 2


def known_speakers(path: str | None) -> tuple[KnownSpeaker, ...]:
    """The known speakers of a file, if given. Raises SpeakersRefused with the problem in one line."""
    try:
        return known_values(read_known_speakers(path)) if path else ()
    except InvalidDocument as error:
        raise SpeakersRefused(error.message) from error
    except OSError as error:
        raise SpeakersRefused(f"{path}: {error.strerror}") from error
