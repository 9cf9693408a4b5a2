"""What did a person say over time? Queries the tables of `sayso-server corpus` with DuckDB.

    pip install ./client './server[corpus,plots]'
    sayso-server corpus server/demo/corpus/articles.jsonl tables
    python server/demo/corpus/said_over_time.py tables Kirby --plot kirby.svg

It is structured like a notebook: each step is a query over Parquet that can be pasted into one.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import duckdb

# %% The people of that name: all words of NAME are in one of their names. The one with the most statements is chosen.

PEOPLE = """
select person_id, name, job_titles, statements, first_published_at::date as "from", last_published_at::date as "to"
from people
where exists (select 1 from unnest(string_split(concat_ws('; ', name, other_names), '; ')) as names(one)
              where list_bool_and([contains(lower(one), word) for word in string_split(lower($name), ' ')]))
order by statements desc, person_id
"""

# %% The statements by the person and by their spokespeople, in all articles and under all names.

SAID = """
select s.published_at at time zone 'UTC' as published_at, d.title,
       s.speaker, s.cue_lemma, s.polarity, s.kind, s.text, s.document_id, s.statement_id, s.person_id
from statements s join documents d using (document_id)
where s.person_id = $person
   or (s.person_id is null and s.speaker_affiliation in (select speaker from statements where person_id = $person))
order by s.published_at, s.document_id, s.start
"""

# %% By month: the number of statements, the share in quotation marks, the verbs.

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
select name, count(*) as statements, count(distinct document_id) as articles
from statements join people using (person_id)
where document_id in (select document_id from said)
  and person_id not in (select person_id from said where person_id is not null)
group by person_id, name order by statements desc, name limit 8
"""


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """The tables as views, with dates in UTC."""
    tables = duckdb.connect()
    tables.execute("set timezone = 'UTC'")
    for name in ("documents", "statements", "people"):
        pattern = str(folder / name / "part-*.parquet").replace("'", "''")
        tables.execute(f"create view {name} as select * from read_parquet('{pattern}')")
    return tables


def draw(months: list[tuple[str, int, int]], name: str, path: Path) -> None:
    """Plot statements per month, with a separate bar for those in quotation marks."""
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
    """One statement as readable text."""
    moment, title, speaker, cue, polarity, kind, text, *_ = row
    day = moment.date().isoformat() if moment else "no date"
    denied = " [not said]" if polarity == "negated" else ""
    return f"{day}  {speaker or '?'} · {cue or '-'}{denied} · {kind}\n            {text}\n            ({title})"


def main() -> None:
    """Run the queries and print the results."""
    parser = argparse.ArgumentParser(description="What did a person say over time?")
    parser.add_argument("tables", type=Path, help="the output folder of sayso-server corpus")
    parser.add_argument("name", help="words of a name of the person")
    parser.add_argument("--plot", type=Path, help="draw statements per month to this file")
    arguments = parser.parse_args()

    tables = opened(arguments.tables)
    tables.execute(f"create temp table named as {PEOPLE}", {"name": arguments.name})
    found = tables.sql("select person_id, name from named").fetchall()
    if not found:
        sys.exit(f"no person matches {arguments.name!r} in {arguments.tables}/people")
    person, name = found[0]
    tables.execute(f"create temp table said as {SAID}", {"person": person})
    told = [str(tables.sql("from named")), *map(line, tables.sql("from said").fetchall())]
    sys.stdout.write("\n".join([*told, str(tables.sql(BY_MONTH)), str(tables.sql(BESIDE))]))
    if arguments.plot:
        months = tables.sql(f"select month, statements, quoted from ({BY_MONTH})").fetchall()
        draw(months, name, arguments.plot)


if __name__ == "__main__":
    main()
