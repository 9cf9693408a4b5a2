"""Outcomes and latencies of calls, as figures and as a plot."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sayso_tools.load.calls import Call

PERCENTILES = (50.0, 90.0, 95.0, 99.0, 99.9)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The value that `percent` of the values do not exceed, without interpolation. Raises ValueError if empty."""
    if not ordered:
        raise ValueError("no values")
    return float(np.percentile(ordered, percent, method="inverted_cdf"))


def summary(calls: Sequence[Call]) -> dict[str, Any]:
    """Counts by outcome; latency percentiles in seconds, of answered calls and of all; rates per second."""
    span = max((call.due + call.latency for call in calls), default=0.0)
    answered = [call for call in calls if call.outcome == "ok"]
    return {
        "calls": len(calls),
        "outcomes": dict(Counter(call.outcome for call in calls).most_common()),
        "seconds": round(span, 3),
        "offered_per_second": round(len(calls) / max((call.due for call in calls), default=1.0), 3),
        "answered_per_second": round(len(answered) / span, 3) if span else 0.0,
        "words_per_second": round(sum(call.words for call in answered) / span, 1) if span else 0.0,
        "latency_of_answers": _latencies(answered),
        "latency_of_all": _latencies(calls),
    }


def _latencies(calls: Sequence[Call]) -> dict[str, float]:
    ordered = sorted(call.latency for call in calls)
    if not ordered:
        return {}
    shown = {f"p{percent:g}": round(percentile(ordered, percent), 4) for percent in PERCENTILES}
    return shown | {"max": round(ordered[-1], 4)}


def table(figures: dict[str, Any]) -> str:
    """The summary as readable text."""
    outcomes = ", ".join(f"{count} {name}" for name, count in figures["outcomes"].items())
    lines = [
        f"{figures['calls']} calls in {figures['seconds']:.1f} s: {outcomes}",
        f"offered {figures['offered_per_second']:g}/s, answered {figures['answered_per_second']:g}/s, "
        f"{figures['words_per_second']:,.0f} words/s",
    ]
    for title, key in (("answers", "latency_of_answers"), ("all calls", "latency_of_all")):
        shown = "  ".join(f"{name} {seconds:.3f}" for name, seconds in figures[key].items())
        lines.append(f"seconds from when due, {title}:  {shown or '-'}")
    return "\n".join(lines)


def draw(calls: Sequence[Call], path: Path) -> None:
    """Plot latency over time and its distribution. The extension of `path` sets the format. Raises ImportError."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.fonttype"] = "none"  # text stays text
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    over_time, spread = figure.subplots(1, 2)
    for name in dict.fromkeys(call.outcome for call in calls):
        own = [call for call in calls if call.outcome == name]
        over_time.plot([c.due for c in own], [c.latency for c in own], ".", markersize=4, label=f"{name} ({len(own)})")
    over_time.set(xlabel="due, s after the start", ylabel="latency from then, s", title="What each caller waited")
    over_time.legend(loc="upper left")
    ordered = sorted(call.latency for call in calls)
    spread.plot([100 * (n + 1) / len(ordered) for n in range(len(ordered))], ordered, drawstyle="steps-post")
    spread.set(xlabel="percent of calls", ylabel="wait at most, s", title="How many waited how long", xlim=(0, 100))
    for axes in (over_time, spread):
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
    figure.savefig(path)
