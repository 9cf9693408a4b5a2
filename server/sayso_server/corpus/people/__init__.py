"""Links people, organizations and documents across all documents of a corpus: docs/people.md.

    profiles      the facts about a speaker: name, job titles, organizations, dates, surrounding words
    blocking      the pairs to compare: profiles that share a surname or an acronym
    comparing     the probability that two are the same: a Fellegi-Sunter model; sayso_tools makes weights.json
    clustering    from pairs to people, with guards against chains
    ids, by_hand  identifiers that are stable across runs; corrections by hand
    table         the output rows
    job           the whole job, in this process or on Ray: the same functions over parts and blocks

Decisions:

- The job runs after the documents have been read, and uses only the tables. Identity depends on all documents, so it
  cannot be decided while reading one; and a job over tables can be repeated after corrections or with more documents.
- A person id is a column of the statements, not only a table to join: "what did Kirby say" is one query, and readers
  of a single table see it. Only parts in which a person changes are rewritten.
- Names with job titles are kept in memory and compared, not statements: a minister quoted in 10,000 articles is only a
  few profiles.
- The model is our own and uses no library. `splink`, a library for this task, is measured in docs/people.md: at the
  same precision it finds fewer pairs. It lacks the decisive parts: the frequency of a name among people instead of
  records, short names that belong to one full name, known speakers, stable ids. It would only add up weights, at the
  price of DuckDB, pandas and sqlglot as dependencies.
"""
