"""The table of link rules: every way in which a mention is linked to a speaker, or to nobody.

A new rule is a row here and the code that returns it. Until `data/links.json` has counts for it, it has the confidence
of its family (`calibration.py`).
"""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """Rules about the same thing: a rule with few counts, or none, leans on its family."""

    NAMES = "names"
    DESCRIPTIONS = "descriptions"
    DOCUMENTS = "documents"
    HE_OR_SHE = "he or she"
    THEY = "they"
    IT = "it"
    CONVERSATION = "conversation"
    NOBODY = "nobody"
    """The mention has no speaker. The confidence is 0."""


RANKED = frozenset({Family.HE_OR_SHE, Family.THEY, Family.IT})
"""Families whose rules choose the most probable of several candidates; they are counted by its probability."""


@dataclass(frozen=True, slots=True)
class LinkRule:
    """One row: `name` is returned as `speaker_rule`."""

    name: str
    family: Family

    def __str__(self) -> str:
        return self.name


FULL_NAME = LinkRule("full name", Family.NAMES)
NAME = LinkRule("name", Family.NAMES)
SAME_NAME = LinkRule("same name", Family.NAMES)
SHORT_FORM = LinkRule("short form", Family.NAMES)
SURNAME = LinkRule("surname", Family.NAMES)
INNER_SURNAME = LinkRule("inner surname", Family.NAMES)
GIVEN_NAME = LinkRule("given name", Family.NAMES)
INITIALS = LinkRule("initials", Family.NAMES)
ACRONYM = LinkRule("acronym", Family.NAMES)
SAME_STATE = LinkRule("same state", Family.NAMES)
COMPANY = LinkRule("company", Family.NAMES)
MISSPELT = LinkRule("misspelt", Family.NAMES)
COORDINATED_NAMES = LinkRule("coordinated names", Family.NAMES)
NAME_OF_ITS_KIND = LinkRule("name of its kind", Family.NAMES)

JOB_TITLE = LinkRule("role", Family.DESCRIPTIONS)
JOB_TITLE_COUNTRY_UNTOLD = LinkRule("role, country untold", Family.DESCRIPTIONS)
AGE = LinkRule("age", Family.DESCRIPTIONS)
AGE_OF_NOBODY_ELSE = LinkRule("age of nobody else", Family.DESCRIPTIONS)
GROUP = LinkRule("group", Family.DESCRIPTIONS)
GROUP_DEFINITE = LinkRule("group, definite", Family.DESCRIPTIONS)
DESCRIBED_PERSON = LinkRule("described person", Family.DESCRIPTIONS)
DESCRIBED_PERSON_DEFINITE = LinkRule("described person, definite", Family.DESCRIPTIONS)
SAME_DESCRIPTION = LinkRule("same description", Family.DESCRIPTIONS)
DESCRIBED_ORGANIZATION = LinkRule("described organization", Family.DESCRIPTIONS)
DESCRIBED_ORGANIZATION_DEFINITE = LinkRule("described organization, definite", Family.DESCRIPTIONS)
ORGANIZATION_AGAIN = LinkRule("organization again", Family.DESCRIPTIONS)
COORDINATION = LinkRule("coordination", Family.DESCRIPTIONS)
DESCRIPTION = LinkRule("description", Family.DESCRIPTIONS)
THE_SAME_GROUP = LinkRule("the same group", Family.DESCRIPTIONS)
ONE_OF_A_GROUP = LinkRule("one of a group", Family.DESCRIPTIONS)
ANOTHER_OF_THE_KIND = LinkRule("another of the kind", Family.DESCRIPTIONS)

DOCUMENT = LinkRule("document", Family.DOCUMENTS)
SAME_DOCUMENT = LinkRule("same document", Family.DOCUMENTS)
DOCUMENT_CONTINUED = LinkRule("document continued", Family.DOCUMENTS)
ONE_MORE_DOCUMENT = LinkRule("one more document", Family.DOCUMENTS)

PRONOUN_HE_OR_SHE = LinkRule("pronoun he or she", Family.HE_OR_SHE)
PRONOUN_THEY = LinkRule("pronoun they", Family.THEY)
PRONOUN_IT = LinkRule("pronoun it", Family.IT)

LABEL = LinkRule("label", Family.CONVERSATION)
ACTS_JUST_BEFORE = LinkRule("acts just before", Family.CONVERSATION)
SPEAKER_GOES_ON = LinkRule("speaker goes on", Family.CONVERSATION)
TURNS_TAKEN = LinkRule("turns taken", Family.CONVERSATION)
FIRST_PERSON = LinkRule("first person", Family.CONVERSATION)

NO_SOURCE = LinkRule("no source", Family.NOBODY)
NO_ANTECEDENT = LinkRule("no antecedent", Family.NOBODY)
NOBODY_SPOKE = LinkRule("nobody spoke", Family.NOBODY)
SOURCE_IN_ITS_OWN_CONTENT = LinkRule("source in its own content", Family.NOBODY)
NOBODY_IN_PARTICULAR = LinkRule("nobody in particular", Family.NOBODY)
FIRST_PERSON_OF_NOBODY = LinkRule("first person of nobody", Family.NOBODY)
UNRESOLVED_PRONOUN = LinkRule("unresolved pronoun", Family.NOBODY)

LINK_RULES: tuple[LinkRule, ...] = tuple(row for row in list(vars().values()) if isinstance(row, LinkRule))
"""The table: every row above, in order."""
