"""The corpus job: reads documents from files and writes statements to files, on one or several machines.

    files -> entries (inputs) -> slices of about the same number of words (plan)
          -> a reader per worker (reading), in this process (job) or in a pool of Ray actors (on_ray)
          -> parts: rows of documents and of statements (rows, parts) -> OUTPUT (store)

A slice of the input becomes a part of the output. Parts are written atomically, so a killed job resumes after the
documents in its output. The text of a document never passes through Ray: a reader gets the position of its slice, and
returns the finished part.

`BatchReader` offers the same reading to other pipelines (batches).
"""

from sayso_server.corpus.batches import BatchReader
from sayso_server.lines import Fields

__all__ = ["BatchReader", "Fields"]
