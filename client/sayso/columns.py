"""The flat columns of statements and documents, for rows, CSV, data frames and the tables of the corpus job.

It imports nothing else, so that the corpus job can use it without gRPC and protobuf. The schemas and the tables of the
documentation are made from it.
"""

from typing import Literal, NamedTuple

Type = Literal["string", "int", "float", "day", "moment", "spans"]
"""A `day` is a date and a `moment` a timestamp in UTC; `spans` are a list of {start, end}."""

BETWEEN_SPANS = " … "
"""Joins the parts of an interrupted statement."""
BETWEEN = "; "
"""Joins several values in one cell."""


class Column(NamedTuple):
    """A column: its name, its type and its description in Markdown. `is_of_corpus`: only the corpus job has it."""

    name: str
    type: Type
    about: str
    is_of_corpus: bool = False


STATEMENTS = (
    Column("document_id", "string", "the id of the document"),
    Column("statement_id", "string", "`s1`; unique within the document"),
    Column("kind", "string", "`direct`, `indirect`, `mixed`"),
    Column("speaker", "string", "the name of the speaker"),
    Column("speaker_id", "string", "`p1`; unique within the document", is_of_corpus=True),
    Column("speaker_type", "string", "`person`, `organization`, `group`, `document`"),
    Column("speaker_role", "string", "the role or title of the speaker: “Foreign Secretary”"),
    Column("speaker_external_id", "string", "the id of a known speaker"),
    Column("speaker_candidates", "string", "the ids of all known speakers that match equally well, joined by `; `"),
    Column("speaker_affiliation", "string", "the organization of a spokesperson", is_of_corpus=True),
    Column("speaker_issuer", "string", "the issuer of a document", is_of_corpus=True),
    Column("person_id", "string", "the same person in all documents, see docs/people.md", is_of_corpus=True),
    Column("person_confidence", "float", "probability that it is this person", is_of_corpus=True),
    Column("source", "string", "the mention next to the cue: “she”"),
    Column("cue", "string", "the reporting words: “added”"),
    Column("cue_lemma", "string", "their dictionary form: `add`"),
    Column("cue_class", "string", "the kind of act that they report: `say`"),
    Column("polarity", "string", "`affirmed`, `negated` (denied, did not say), `hedged` (is expected to say)"),
    Column("text", "string", "the content; the parts of an interrupted statement are joined by ` … `"),
    Column("start", "int", "offset of the start of the content"),
    Column("end", "int", "offset of the end of the content"),
    Column("spans", "spans", "offsets of the parts of the content", is_of_corpus=True),
    Column("addressees", "string", "the addressees, joined by `; `"),
    Column("medium", "string", "the medium: “in a statement”; several are joined by `; `"),
    Column("time", "string", "the time: “on Friday”; several are joined by `; `"),
    Column("said_on", "day", "the day given by `time`; without a year it is counted from the day of publication"),
    Column("confidence", "float", "probability that content and source are correct"),
    Column("speaker_confidence", "float", "probability that the speaker is correct"),
    Column("paragraph_index", "int", "the paragraph where the content begins, from 0"),
    Column("parent_id", "string", "the statement whose content contains this one"),
    Column("continued_id", "string", "the statement that this one continues"),
    Column("labels", "string", "the labels of the document, as a JSON object"),
    Column("sentence", "string", "the sentence or sentences that contain cue and content", is_of_corpus=True),
    Column("rule", "string", "the rule that found it", is_of_corpus=True),
    Column("published_at", "moment", "the publication time of the document", is_of_corpus=True),
)
"""The columns of statements, in order."""

DOCUMENTS = (
    Column("document_id", "string", "`id` of the input; for a line without an id, its place and `(no id)`; unique"),
    Column("status", "string", "`ok` or `failed`"),
    Column("error", "string", "the error of a failed document: a code, a colon and a message"),
    Column("place", "string", "file and line, or row, of the input"),
    Column("title", "string", "the title in the input"),
    Column("published_at", "moment", "the publication time in the input"),
    Column("characters", "int", "number of characters of the text"),
    Column("words", "int", "number of words, as counted by the parser"),
    Column("sentences", "int", "number of sentences, as counted by the parser"),
    Column("statements", "int", "number of its rows in the table of statements"),
    Column("warnings", "string", "codes of `sayso.v1.WarningCode`, UNKNOWN_DATE and UNREADABLE_FIELD, joined by `; `"),
    Column("seconds", "float", "time to read it; the time of a batch is divided among its documents"),
    Column("model", "string", "the model that read it"),
    Column("model_version", "string", "its version"),
    Column("model_digest", "string", "its digest"),
    Column("labels", "string", "the labels in the input, as a JSON object"),
)
"""The columns of the documents of the corpus job, in order."""

PEOPLE = (
    Column("person_id", "string", "stays the same from run to run"),
    Column("type", "string", "`person`, `organization`, `document`"),
    Column("name", "string", "the most frequent full name; for a known speaker, the name that the caller gave"),
    Column("other_names", "string", "other names, most frequent first, at most 20, joined by `; `"),
    Column("job_titles", "string", "job titles, in the same format"),
    Column("organizations", "string", "affiliations of a spokesperson, issuers of a document; in the same format"),
    Column("external_id", "string", "the id of a known speaker"),
    Column("first_published_at", "moment", "the day of the first document"),
    Column("last_published_at", "moment", "the day of the last document"),
    Column("documents", "int", "number of documents"),
    Column("statements", "int", "number of statements"),
    Column("confidence", "float", "the mean confidence of its profiles, weighted by documents"),
    Column("merged_ids", "string", "ids merged into this one by hand, joined by `; `"),
)
"""The columns of the people of a corpus, in order."""

PROFILES = (
    Column("profile", "string", "its key; unique"),
    Column("person_id", "string", "the person that it belongs to"),
    Column("automatic_id", "string", "the person that it would belong to without merges by hand"),
    Column("type", "string", "`person`, `organization`, `document`"),
    Column("name", "string", "the most frequent spelling"),
    Column("job_title", "string", "the most frequent spelling"),
    Column("external_id", "string", "the id of a known speaker"),
    Column("first_published_at", "moment", "the day of the first document"),
    Column("last_published_at", "moment", "the day of the last document"),
    Column("documents", "int", "number of documents"),
    Column("statements", "int", "number of statements"),
    Column("confidence", "float", "expected share of the person's documents by the same person as this profile"),
    Column("evidence", "string", "the features of the most decisive pair, each with its contribution to the log odds"),
)
"""The columns of the profiles that make up the people of a corpus, in order."""
