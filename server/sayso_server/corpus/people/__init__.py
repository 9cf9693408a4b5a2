"""Who is the same person, organization or document over all documents of a corpus: docs/people.md.

    profiles      what the documents say of a speaker: name, job titles, organizations, dates, words around
    blocking      which profiles are compared: those that share a surname, or an acronym
    comparing     how likely two are the same: a Fellegi-Sunter model; weights.json is made by sayso_tools
    clustering    from pairs to people, with guards against chains
    ids, by_hand  identifiers that stay from run to run; corrections that every run heeds
    table         the rows that are written
    job           the whole, in this process or on Ray: the same functions over parts and blocks

Decisions:

- The job runs after the documents have been read, from the tables alone. Who is the same depends on all documents, so
  it cannot be said while one is read; and a job over tables can be run again, after corrections by hand or with more
  documents.
- A person id is a column of the statements, not only a table to join: "what did Kirby say" is one query, and readers
  of one table see it. Only parts in which a person changes are written again.
- What is kept in memory, and compared, are names with job titles, not statements: a minister who is quoted in 10,000
  articles is a few profiles.
- The model is our own and uses no library. `splink`, which is made for this, is measured in docs/people.md: at the same
  precision it finds fewer pairs. What makes the difference is not in it: how common a name is among people instead of
  records, short names that go to one full name, known speakers, ids that stay. What would remain of it is adding
  weights, for DuckDB, pandas and sqlglot as dependencies.
"""
