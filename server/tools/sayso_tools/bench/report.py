"""The results of a run as JSON, table and plot."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from sayso_tools.bench.timing import Figure

_BAR, _LEFT, _ROW = 360, 190, 26
"""Sizes in the plot in pixels: the longest bar, the names on the left, a row."""


@dataclass
class Results:
    """The results of a run; fields that were not measured are empty."""

    conditions: dict[str, Any]
    speeds: dict[str, Figure] = field(default_factory=dict)
    """Words per second by workload."""
    ratios: dict[str, Figure] = field(default_factory=dict)
    """Ratios by the name of the comparison."""
    milliseconds: dict[int, Figure] = field(default_factory=dict)
    """Milliseconds per word, by the length of the text in words."""
    ready_seconds: Figure | None = None
    resident_mib: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> str:
        """One object, figures as median, low and high."""
        return json.dumps(vars(self), default=vars, indent=2) + "\n"


def write(results: Results, folder: Path) -> None:
    """Write `figures.json`, `plot.svg` and `README.md` to a folder, which is created if necessary."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "figures.json").write_text(results.as_json(), encoding="utf-8")
    (folder / "plot.svg").write_text(plot(results), encoding="utf-8")
    (folder / "README.md").write_text(table(results), encoding="utf-8")


def table(results: Results) -> str:
    """All results as Markdown."""
    said = "; ".join(f"{name}: {value}" for name, value in results.conditions.items())
    lines = [
        "# Speed",
        "",
        "Written by `make bench`. All figures come from one interleaved run; ratios are taken within each round. Given",
        "are medians, with the minimum and the maximum in brackets.",
        "",
        said + ".",
        "",
        *_rows(["workload", "words/s"], ((name, _thousands(f)) for name, f in results.speeds.items())),
        *_rows(["ratio", ""], ((name, _plain(f)) for name, f in results.ratios.items())),
        *_rows(["words in the text", "ms per word"], ((f"{n:,}", _plain(f)) for n, f in results.milliseconds.items())),
    ]
    if results.ready_seconds:
        lines += [f"From the start of a server until it is ready: {_plain(results.ready_seconds)} s.", ""]
    if results.resident_mib:
        kept = ", ".join(f"{mib:,.0f} MiB in the {name}" for name, mib in results.resident_mib.items())
        lines += [f"Resident memory after the calls: {kept}.", ""]
    return "\n".join([*lines, "![words per second](plot.svg)", ""])


def _rows(header: Sequence[str], rows: Iterable[tuple[str, str]]) -> list[str]:
    """A table followed by an empty line; nothing if there are no rows."""
    body = [f"| {name} | {figure} |" for name, figure in rows]
    return ["| " + " | ".join(header) + " |", "|---|--:|", *body, ""] if body else []


def _thousands(figure: Figure) -> str:
    return f"{figure.median:,.0f} ({figure.low:,.0f} to {figure.high:,.0f})"


def _plain(figure: Figure) -> str:
    return f"{figure.median:.2f} ({figure.low:.2f} to {figure.high:.2f})"


def plot(results: Results) -> str:
    """Two bar charts as SVG, speed by workload and time per word by length, with ranges."""
    groups = [
        ("words per second", results.speeds),
        ("milliseconds per word, by the words of the text", {f"{n:,}": f for n, f in results.milliseconds.items()}),
    ]
    drawn: list[str] = []
    top = 0
    for title, figures in groups:
        if figures:
            drawn += _bars(title, figures, top)
            top += _ROW * (len(figures) + 2)
    style = "font: 13px sans-serif"
    width = _LEFT + _BAR + 90
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}" style="{style}">\n'
        f'<rect width="{width}" height="{top}" fill="#fff"/>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def _bars(title: str, figures: Mapping[str, Figure], top: int) -> list[str]:
    scale = _BAR / max(figure.high for figure in figures.values())
    out = [f'<text x="8" y="{top + 18}" font-weight="bold">{escape(title)}</text>']
    for row, (name, figure) in enumerate(figures.items(), start=1):
        y = top + row * _ROW
        low, high = (_LEFT + scale * value for value in (figure.low, figure.high))
        digits = 0 if figure.median >= 10 else 2
        out += [
            f'<text x="{_LEFT - 8}" y="{y + 17}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{y + 4}" width="{scale * figure.median:.1f}" height="18" fill="#4878a8"/>',
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y + 13}" y2="{y + 13}" stroke="#111" stroke-width="2"/>',
            f'<text x="{high + 6:.1f}" y="{y + 17}">{figure.median:,.{digits}f}</text>',
        ]
    return out
