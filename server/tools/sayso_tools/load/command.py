"""`sayso-tools speed load`: sends calls at a fixed rate, and reports outcomes and latencies."""

import asyncio
import importlib.util
import json
from pathlib import Path
from typing import BinaryIO

import click

import sayso
from sayso_server.lines import Document, read_lines
from sayso_tools.load.calls import Call, Load, send
from sayso_tools.load.summary import draw, summary, table


@click.command()
@click.argument("source", metavar="IN.jsonl", type=click.File("rb"))
@click.option(
    "--server",
    envvar="SAYSO_SERVER",
    help="Server address as in the client: host:port, dns:///name:port, ipv4:a:1,b:2.",
)
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True, help="Calls/s.")
@click.option(
    "--calls", type=click.IntRange(1, 1_000_000), default=60, show_default=True, help="Total number of calls."
)
@click.option("--timeout", type=float, default=30.0, show_default=True, help="Timeout of a call, in seconds.")
@click.option(
    "--max-in-flight", type=click.IntRange(min=1), default=256, show_default=True, help="Maximum concurrent calls."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Random seed for the scheduled times.")
@click.option(
    "--plot", type=click.Path(dir_okay=False, path_type=Path), help="Write a plot to this file (.svg, .png, .pdf)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def load(*, source: BinaryIO, server: str | None, plot: Path | None, as_json: bool, **bounds: float) -> None:
    """Send the texts of {"id", "text"} lines in turn at a fixed rate; print outcomes and latencies.

    The load is open-loop: calls are sent at random scheduled times, whether or not earlier ones have returned, and
    latency is measured from the scheduled time. It uses the ordinary client, with its retries and its round_robin over
    the addresses of the server.

    Exit status: 0 if every call was answered, 1 if not, 2 if the arguments are invalid.
    """
    texts = [line.text for line in read_lines(source) if isinstance(line, Document)]
    if not texts:
        raise click.UsageError(f"{source.name}: no documents found")
    if plot and not importlib.util.find_spec("matplotlib"):
        raise click.UsageError("--plot needs matplotlib: pip install matplotlib")
    calls = asyncio.run(_run(server, texts, Load(**bounds)))  # type: ignore[arg-type]
    figures = summary(calls)
    click.echo(json.dumps(figures) if as_json else table(figures))
    if plot:
        draw(calls, plot)
    if set(figures["outcomes"]) != {"ok"}:
        raise SystemExit(1)


async def _run(server: str | None, texts: list[str], load: Load) -> list[Call]:
    async with sayso.AsyncClient(server) as client:
        return await send(client, texts, load)
