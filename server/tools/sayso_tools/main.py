"""The command `sayso-tools`: train, evaluate, speed, lists, pronouns, people."""

from collections.abc import Callable, Sequence
from importlib import import_module

import click

from sayso_server.parsing.errors import ModelError
from sayso_tools.evaluation.benchmarks import benchmarks
from sayso_tools.evaluation.calibration import calibration
from sayso_tools.evaluation.models import evaluate_models
from sayso_tools.evaluation.people import people
from sayso_tools.load.command import load


class Missing(click.ClickException):
    """Something that a command reads is not there, or cannot be used."""

    exit_code = 2


_NOT_THERE = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Train the bundled models, score them, and time the service. `make models|evaluate|bench` call it."""


@main.group()
def evaluate() -> None:
    """Measure the accuracy of models, of whole results, of confidences."""


@main.group()
def speed() -> None:
    """Measure speed: as ratios within one run, under load, and in the corpus job."""


def _with_own_arguments(name: str, module: str, summary: str) -> click.Command:
    """A command with an argparse `main` in a module, imported (with torch) only when it runs."""

    @click.command(
        name,
        help=summary,
        context_settings={"ignore_unknown_options": True, "help_option_names": []},
        add_help_option=False,
    )
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def run(arguments: Sequence[str]) -> None:
        own: Callable[[Sequence[str]], None] = import_module(module).main
        try:
            own(arguments)
        except ModelError as error:
            raise Missing(str(error)) from error
        except _NOT_THERE as error:
            if error.filename is None:
                raise
            told = f"{error.filename}: {error.strerror}"
            raise Missing(f"{told}; texts and treebanks are not part of the project: see {name} --help") from error

    return run


main.add_command(_with_own_arguments("train", "sayso_tools.training.command", "Train one stage of the models, or all."))
main.add_command(
    _with_own_arguments(
        "lists", "sayso_tools.training.lists.command", "Generate the word lists in core/data/generated."
    )
)
main.add_command(
    _with_own_arguments("pronouns", "sayso_tools.training.pronouns", "Learn the weights of antecedent features.")
)
main.add_command(
    _with_own_arguments("people", "sayso_tools.training.people", "Count the weights of people across documents.")
)
evaluate.add_command(benchmarks)
evaluate.add_command(people)
evaluate.add_command(calibration)
evaluate.add_command(evaluate_models, "models")
speed.add_command(_with_own_arguments("bench", "sayso_tools.bench.command", "Ratios within one run."))
speed.add_command(_with_own_arguments("corpus", "sayso_tools.load.corpus", "The corpus job against the pipeline."))
speed.add_command(_with_own_arguments("devices", "sayso_tools.bench.devices", "The processor against a GPU."))
speed.add_command(load)
