"""The corpus job: documents from files to statements in files, on one machine or on many.

    files -> entries (inputs) -> slices of about so many words (plan)
          -> a reader per worker (reading), here (job) or in a pool of Ray's actors (on_ray)
          -> parts: rows of documents and of statements (rows, parts) -> OUTPUT (store)

A slice of the input becomes a part of the output. A part is there whole or not at all, so a job that was killed
continues from the documents that its output has. The text of a document never passes through Ray: a reader gets the
place of its slice, and returns the finished part.

`BatchReader` is the same reading for pipelines of others (batches).
"""

from sayso_server.corpus.batches import BatchReader
from sayso_server.lines import Fields

__all__ = ["BatchReader", "Fields"]
