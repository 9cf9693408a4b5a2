"""What did somebody say over time? From the tables of `sayso-server corpus`, with DuckDB.

    pip install ./client './server[corpus,plots]'
    sayso-server corpus server/demo/corpus/articles.jsonl tables
    python server/demo/corpus/said_over_time.py tables Kirby --plot kirby.svg

It reads like a notebook: each step is a query over Parquet, and can be pasted into one.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import duckdb

# %% The speakers: everybody whose name has all words of NAME, and whoever spoke for somebody of that name.

SAID = """
select s.published_at at time zone 'UTC' as published_at, d.title,
       s.speaker, s.cue_lemma, s.polarity, s.kind, s.text, s.document_id, s.statement_id
from statements s join documents d using (document_id)
where list_bool_and([contains(lower(concat_ws(' ', s.speaker, s.speaker_affiliation, s.speaker_issuer)), word)
                     for word in string_split(lower(?), ' ')])
order by s.published_at, s.document_id, s.start
"""

# %% How much, month by month: how many statements, what share of them in quotation marks, by which verbs.

BY_MONTH = """
select strftime(published_at, '%Y-%m') as month,
       count(*) as statements,
       count(*) filter (where kind <> 'indirect') as quoted,
       count(*) filter (where polarity = 'negated') as "not said",
       string_agg(distinct cue_lemma, ', ' order by cue_lemma) as verbs
from said where published_at is not null group by month order by month
"""

# %% Who else speaks in the same articles.

BESIDE = """
select speaker, count(*) as statements, count(distinct document_id) as articles
from statements
where document_id in (select document_id from said) and speaker is not null
  and speaker not in (select speaker from said where speaker is not null)
group by speaker order by statements desc, speaker limit 8
"""


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """The two tables as views. Dates are shown in UTC."""
    tables = duckdb.connect()
    tables.execute("set timezone = 'UTC'")
    for name in ("documents", "statements"):
        pattern = str(folder / name / "part-*.parquet").replace("'", "''")
        tables.execute(f"create view {name} as select * from read_parquet('{pattern}')")
    return tables


def draw(months: list[tuple[str, int, int]], name: str, path: Path) -> None:
    """Statements per month, those in quotation marks apart."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.subplots()
    labels = [month for month, _, _ in months]
    quoted = [count for _, _, count in months]
    axes.bar(labels, quoted, label="in quotation marks, wholly or in part")
    axes.bar(labels, [count - own for _, count, own in months], bottom=quoted, label="reported", alpha=0.5)
    axes.set(title=f"Statements by {name}, month by month", ylabel="statements")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.legend()
    figure.savefig(path)


def line(row: tuple[Any, ...]) -> str:
    """One statement, for people."""
    moment, title, speaker, cue, polarity, kind, text, *_ = row
    day = moment.date().isoformat() if moment else "no date"
    denied = " [not said]" if polarity == "negated" else ""
    return f"{day}  {speaker or '?'} · {cue or '-'}{denied} · {kind}\n            {text}\n            ({title})"


def main() -> None:
    """Answer the question."""
    parser = argparse.ArgumentParser(description="What did somebody say over time?")
    parser.add_argument("tables", type=Path, help="the output folder of sayso-server corpus")
    parser.add_argument("name", help="words of the speaker's name")
    parser.add_argument("--plot", type=Path, help="draw statements per month to this file")
    arguments = parser.parse_args()

    tables = opened(arguments.tables)
    tables.execute(f"create temp table said as {SAID}", [arguments.name])
    told = [*map(line, tables.sql("from said").fetchall()), str(tables.sql(BY_MONTH)), str(tables.sql(BESIDE))]
    sys.stdout.write("\n".join(told))
    if arguments.plot:
        months = tables.sql(f"select month, statements, quoted from ({BY_MONTH})").fetchall()
        draw(months, arguments.name, arguments.plot)


if __name__ == "__main__":
    main()
