"""The table of link rules: every way in which a mention is linked to a speaker, or to no one.

A new rule is a row here and the code that returns it. Until `data/links.json` has counts for it, it has the confidence
of its family (`calibration.py`).
"""

from dataclasses import dataclass
from enum import StrEnum


class LinkFamily(StrEnum):
    """Similar rules: a rule with few counts, or none, relies on its family."""

    NAMES = "names"
    DESCRIPTIONS = "descriptions"
    DOCUMENTS = "documents"
    HE_OR_SHE = "he or she"
    THEY = "they"
    IT = "it"
    CONVERSATION = "conversation"
    NOBODY = "nobody"
    """The mention has no speaker. The confidence is 0."""


RANKED = frozenset({LinkFamily.HE_OR_SHE, LinkFamily.THEY, LinkFamily.IT})
"""Families whose rules choose the most probable of several candidates; they are counted by that probability."""


DESCRIBING = frozenset({LinkFamily.DESCRIPTIONS, LinkFamily.DOCUMENTS})
"""Families whose rules link noun phrases other than names; the coreference head may doubt them."""


@dataclass(frozen=True, slots=True)
class LinkRule:
    """One row: `name` is returned as `speaker_rule`."""

    name: str
    family: LinkFamily

    def __str__(self) -> str:
        return self.name


FULL_NAME = LinkRule("full name", LinkFamily.NAMES)
NAME = LinkRule("name", LinkFamily.NAMES)
SAME_NAME = LinkRule("same name", LinkFamily.NAMES)
SHORT_FORM = LinkRule("short form", LinkFamily.NAMES)
SURNAME = LinkRule("surname", LinkFamily.NAMES)
INNER_SURNAME = LinkRule("inner surname", LinkFamily.NAMES)
GIVEN_NAME = LinkRule("given name", LinkFamily.NAMES)
INITIALS = LinkRule("initials", LinkFamily.NAMES)
ACRONYM = LinkRule("acronym", LinkFamily.NAMES)
SAME_STATE = LinkRule("same state", LinkFamily.NAMES)
COMPANY = LinkRule("company", LinkFamily.NAMES)
OTHER_NAME = LinkRule("other name", LinkFamily.NAMES)
MISSPELT = LinkRule("misspelt", LinkFamily.NAMES)
KNOWN_NAME = LinkRule("known name", LinkFamily.NAMES)
COORDINATED_NAMES = LinkRule("coordinated names", LinkFamily.NAMES)
NAME_OF_ITS_KIND = LinkRule("name of its kind", LinkFamily.NAMES)

JOB_TITLE = LinkRule("role", LinkFamily.DESCRIPTIONS)
JOB_TITLE_COUNTRY_UNTOLD = LinkRule("role, country untold", LinkFamily.DESCRIPTIONS)
AGE = LinkRule("age", LinkFamily.DESCRIPTIONS)
AGE_OF_NOBODY_ELSE = LinkRule("age of nobody else", LinkFamily.DESCRIPTIONS)
ROLE_IN_LEAD = LinkRule("role in lead", LinkFamily.DESCRIPTIONS)
NAMED_AFTER_LEAD = LinkRule("named after lead", LinkFamily.DESCRIPTIONS)
BODY_IN_HEADLINE = LinkRule("body in headline", LinkFamily.DESCRIPTIONS)
EPITHET = LinkRule("epithet", LinkFamily.DESCRIPTIONS)
NAMED_TOGETHER = LinkRule("named together", LinkFamily.DESCRIPTIONS)
GROUP = LinkRule("group", LinkFamily.DESCRIPTIONS)
GROUP_DEFINITE = LinkRule("group, definite", LinkFamily.DESCRIPTIONS)
DESCRIBED_PERSON = LinkRule("described person", LinkFamily.DESCRIPTIONS)
DESCRIBED_PERSON_DEFINITE = LinkRule("described person, definite", LinkFamily.DESCRIPTIONS)
SAME_DESCRIPTION = LinkRule("same description", LinkFamily.DESCRIPTIONS)
DESCRIBED_ORGANIZATION = LinkRule("described organization", LinkFamily.DESCRIPTIONS)
DESCRIBED_ORGANIZATION_DEFINITE = LinkRule("described organization, definite", LinkFamily.DESCRIPTIONS)
ORGANIZATION_AGAIN = LinkRule("organization again", LinkFamily.DESCRIPTIONS)
ORGANIZATION_UNTOLD = LinkRule("organization untold", LinkFamily.DESCRIPTIONS)
COORDINATION = LinkRule("coordination", LinkFamily.DESCRIPTIONS)
DESCRIPTION = LinkRule("description", LinkFamily.DESCRIPTIONS)
THE_SAME_GROUP = LinkRule("the same group", LinkFamily.DESCRIPTIONS)
ONE_OF_A_GROUP = LinkRule("one of a group", LinkFamily.DESCRIPTIONS)
ANOTHER_OF_THE_KIND = LinkRule("another of the kind", LinkFamily.DESCRIPTIONS)

DOCUMENT = LinkRule("document", LinkFamily.DOCUMENTS)
SAME_DOCUMENT = LinkRule("same document", LinkFamily.DOCUMENTS)
DOCUMENT_CONTINUED = LinkRule("document continued", LinkFamily.DOCUMENTS)
ONE_MORE_DOCUMENT = LinkRule("one more document", LinkFamily.DOCUMENTS)

PRONOUN_HE_OR_SHE = LinkRule("pronoun he or she", LinkFamily.HE_OR_SHE)
PRONOUN_THEY = LinkRule("pronoun they", LinkFamily.THEY)
PRONOUN_IT = LinkRule("pronoun it", LinkFamily.IT)

LABEL = LinkRule("label", LinkFamily.CONVERSATION)
ACTS_JUST_BEFORE = LinkRule("acts just before", LinkFamily.CONVERSATION)
SPEAKER_GOES_ON = LinkRule("speaker goes on", LinkFamily.CONVERSATION)
TURNS_TAKEN = LinkRule("turns taken", LinkFamily.CONVERSATION)
GUEST_GOES_ON = LinkRule("guest goes on", LinkFamily.CONVERSATION)
FIRST_PERSON = LinkRule("first person", LinkFamily.CONVERSATION)
FIRST_PERSON_OF_TEXT = LinkRule("first person of a text", LinkFamily.CONVERSATION)

NO_SOURCE = LinkRule("no source", LinkFamily.NOBODY)
NO_ANTECEDENT = LinkRule("no antecedent", LinkFamily.NOBODY)
NOBODY_SPOKE = LinkRule("nobody spoke", LinkFamily.NOBODY)
NOBODY_IN_PARTICULAR = LinkRule("nobody in particular", LinkFamily.NOBODY)
FIRST_PERSON_OF_NOBODY = LinkRule("first person of nobody", LinkFamily.NOBODY)
UNRESOLVED_PRONOUN = LinkRule("unresolved pronoun", LinkFamily.NOBODY)

LINK_RULES: tuple[LinkRule, ...] = tuple(row for row in list(vars().values()) if isinstance(row, LinkRule))
"""The table: every row above, in order."""
