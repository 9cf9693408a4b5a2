"""The flat columns of statements and documents: of rows, CSV and data frames, and of the tables of the corpus job.

Plain data that imports nothing, so that the corpus job can use it, which needs neither gRPC nor protobuf. The schemas
and the tables of the documentation are made from it.
"""

from typing import Literal, NamedTuple

Type = Literal["string", "int", "float", "day", "moment", "spans"]
"""A `day` is a date and a `moment` a timestamp in UTC; `spans` are a list of {start, end}."""

BETWEEN_SPANS = " … "
"""Between the parts of an interrupted statement."""
BETWEEN = "; "
"""Between several values of one cell."""


class Column(NamedTuple):
    """A column: its name, its type, and what it holds, in Markdown. `is_of_corpus`: only the corpus job has it."""

    name: str
    type: Type
    about: str
    is_of_corpus: bool = False


STATEMENTS = (
    Column("document_id", "string", "of the document"),
    Column("statement_id", "string", "`s1`; unique within the document"),
    Column("kind", "string", "`direct`, `indirect`, `mixed`"),
    Column("speaker", "string", "the name of the speaker"),
    Column("speaker_id", "string", "`p1`; unique within the document", is_of_corpus=True),
    Column("speaker_type", "string", "`person`, `organization`, `group`, `document`"),
    Column("speaker_role", "string", "“Foreign Secretary”"),
    Column("speaker_external_id", "string", "the id of a known speaker"),
    Column("speaker_candidates", "string", "the ids of all known speakers who fit equally, joined by `; `"),
    Column("speaker_affiliation", "string", "the organization of a spokesperson", is_of_corpus=True),
    Column("speaker_issuer", "string", "the issuer of a document", is_of_corpus=True),
    Column("person_id", "string", "the same in all documents: docs/people.md", is_of_corpus=True),
    Column("person_confidence", "float", "probability that it is this person", is_of_corpus=True),
    Column("source", "string", "the mention next to the cue: “she”"),
    Column("cue", "string", "the reporting words: “added”"),
    Column("cue_lemma", "string", "their dictionary form: `add`"),
    Column("cue_class", "string", "what kind of act they report: `say`"),
    Column("polarity", "string", "`affirmed`, `negated` (denied, did not say), `hedged` (is expected to say)"),
    Column("text", "string", "what was said; the parts of an interrupted statement are joined by ` … `"),
    Column("start", "int", "where it begins"),
    Column("end", "int", "where it ends"),
    Column("spans", "spans", "where its parts are", is_of_corpus=True),
    Column("addressees", "string", "to whom it was said, joined by `; `"),
    Column("medium", "string", "“in a statement”, joined by `; `"),
    Column("time", "string", "“on Friday”, joined by `; `"),
    Column("said_on", "day", "the day that `time` tells, counted from the publication where it has no year"),
    Column("confidence", "float", "probability that content and source are correct"),
    Column("speaker_confidence", "float", "probability that the speaker is correct"),
    Column("paragraph_index", "int", "the paragraph where the content begins, from 0"),
    Column("parent_id", "string", "the statement whose content holds this one"),
    Column("continued_id", "string", "the statement that this one continues"),
    Column("labels", "string", "the labels of the document, as a JSON object"),
    Column("sentence", "string", "the sentence, or sentences, around cue and content", is_of_corpus=True),
    Column("rule", "string", "the rule that found it", is_of_corpus=True),
    Column("published_at", "moment", "of the document", is_of_corpus=True),
)
"""The columns of statements, in order."""

DOCUMENTS = (
    Column("document_id", "string", "`id` of the input; of a line that has none its place and `(no id)`; unique"),
    Column("status", "string", "`ok` or `failed`"),
    Column("error", "string", "why it failed: a code, a colon, what happened"),
    Column("place", "string", "file and line, or row, of the input"),
    Column("title", "string", "as the input has it"),
    Column("published_at", "moment", "as the input has it"),
    Column("characters", "int", "of the text"),
    Column("words", "int", "as the parser counts them"),
    Column("sentences", "int", "as the parser counts them"),
    Column("statements", "int", "how many rows it has in the table of statements"),
    Column("warnings", "string", "codes of `sayso.v1.WarningCode`, UNKNOWN_DATE and UNREADABLE_FIELD, joined by `; `"),
    Column("seconds", "float", "that it took to read; those of a batch are shared out"),
    Column("model", "string", "the model that read it"),
    Column("model_version", "string", "its version"),
    Column("model_digest", "string", "its digest"),
    Column("labels", "string", "as the input has them, as a JSON object"),
)
"""The columns of the documents of the corpus job, in order."""

PEOPLE = (
    Column("person_id", "string", "stays the same from run to run"),
    Column("type", "string", "`person`, `organization`, `document`"),
    Column("name", "string", "the most frequent full name; of a known speaker the name that the caller gave"),
    Column("other_names", "string", "the others, the most frequent first, 20 at most, joined by `; `"),
    Column("job_titles", "string", "likewise"),
    Column("organizations", "string", "for whom a spokesperson speaks, who issued a document; likewise"),
    Column("external_id", "string", "of a known speaker"),
    Column("first_published_at", "moment", "the day of the first document"),
    Column("last_published_at", "moment", "the day of the last"),
    Column("documents", "int", "how many"),
    Column("statements", "int", "how many"),
    Column("confidence", "float", "the mean of its profiles, weighted by documents"),
    Column("merged_ids", "string", "ids that were merged into this one by hand, joined by `; `"),
)
"""The columns of the people of a corpus, in order."""

PROFILES = (
    Column("profile", "string", "its key; unique"),
    Column("person_id", "string", "whose it is"),
    Column("automatic_id", "string", "whose it would be without merges by hand"),
    Column("type", "string", "`person`, `organization`, `document`"),
    Column("name", "string", "the most frequent spelling"),
    Column("job_title", "string", "the most frequent spelling"),
    Column("external_id", "string", "of a known speaker"),
    Column("first_published_at", "moment", "the day of the first document"),
    Column("last_published_at", "moment", "the day of the last"),
    Column("documents", "int", "how many"),
    Column("statements", "int", "how many"),
    Column("confidence", "float", "how much of the person, in documents, is expected to be the same as this"),
    Column("evidence", "string", "of the pair that says most: what was compared, and what it added to the log odds"),
)
"""The columns of the profiles of which the people of a corpus are made, in order."""
