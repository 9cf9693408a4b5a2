"""Finds the cue in a run of words, if only the role tagger sees one."""

from collections.abc import Mapping, Sequence

from sayso_server.core import lexicon
from sayso_server.core.cues import Site, relaying
from sayso_server.core.document import Document
from sayso_server.core.grammar.tagger import Read
from sayso_server.core.lexicon import Entry, Frame, load_words
from sayso_server.core.statement import REPORTED_SPEECH, CueClass
from sayso_server.core.tree import Word

_SHORTEST_CLAUSE = 6
"""Minimum number of words in a content that counts as a clause, whatever its verbs."""

_GAP = 8
"""Characters before a quotation in which to look for its colon."""

_NOMINAL = (Frame.OBJECT, Frame.TOPIC, Frame.NOUN_TOPIC)
_CLAUSAL = (Frame.CLAUSE, Frame.QUOTE, Frame.NOUN, Frame.ADJECTIVE)
_INFINITE = (Frame.COMMITMENT, Frame.INFINITIVE, Frame.NOUN, Frame.ADJECTIVE)
"""Frames that give the class of a cue, by the form of its content."""


def site_of(cue: Sequence[Read], known: Mapping[int, Site]) -> Site | None:
    """The cue's likeliest word that the lexicon knows, else its likeliest verb, adjective or noun; else None.

    In a chain of verbs, the last one counts: replied in "is said to have replied", say in "refused to say". `known` are
    the sites of the paragraph, by the offset of their heads.
    """
    run = sorted(cue, key=lambda read: -read.roles.cue)
    words = [*(word for read in run for word in _meant(read)), *(read.word for read in run)]
    reporting = [known[word.start] for word in words if word.start in known]
    if reporting:
        site = reporting[0]
        below = (known.get(word.start) for word in site.tree.children(site.head, "xcomp"))
        return next((s for s in below if s is not None and Frame.CLAUSE in s.entry.frames), site)
    for read in run:
        if entry := lexicon.seen(read.word.lemma.lower(), read.word.upos):
            return Site(read.tree, (read.word,), entry)
    for upos in ("VERB", "ADJ", "NOUN"):
        for read in run:
            if read.word.upos == upos:
                return Site(read.tree, (read.word,), Entry(read.word.lemma.lower(), {Frame.SEEN: CueClass.OTHER}))
    return None


def _before(document: Document, offset: int) -> str:
    """The last character before an offset that is not a space."""
    return document.plain[max(0, offset - _GAP) : offset].rstrip()[-1:]


def is_introduced(document: Document, runs: Sequence[Sequence[Read]]) -> bool:
    """Whether a colon before a quotation shows that someone speaks: Union leader Reyes was blunt: “It is a lie.”"""
    quotation = document.quotation_at(runs[0][0].word.start) if runs and runs[0] else None
    return quotation is not None and _before(document, quotation.span.start) == ":"


def _meant(read: Read) -> list[Word]:
    """Words that are the cue instead of a neighbour: quoted (Olin as) saying; claims (were) made that …"""
    above = relaying(read.tree, read.word)
    is_carrying = read.word.lemma.lower() in load_words("support_verbs")
    nouns = read.tree.children(read.word, "nsubj:pass") if is_carrying else []
    return nouns if above is None else [above, *nouns]


def class_of(document: Document, runs: Sequence[Sequence[Read]], site: Site) -> CueClass:
    """The class of the cue with this content; OTHER if the lexicon knows the cue only with other contents.

    claimed the title; was said to resemble a potato
    """
    frames = site.entry.frames
    if not frames or frames.keys() & {Frame.SEEN, Frame.NOUN_SEEN}:
        found = site.class_of(*Frame) or CueClass.SAY
        reports = found is CueClass.OTHER and site.head.relation != "acl" and is_introduced(document, runs)
        return CueClass.SAY if reports else found
    content = [read for run in runs for read in run]
    is_infinitive = any(read.word.lower == "to" for run in runs for read in run[:2])
    is_quoted = any(document.quotations_from(run[0].word.start, run[-1].word.end) for run in runs)
    is_finite = any("VerbForm=Fin" in read.word.feats for read in content)
    is_clause = is_quoted or is_finite or len(content) >= _SHORTEST_CLAUSE
    fitting = _INFINITE if is_infinitive else _CLAUSAL if is_clause else _NOMINAL
    if cue_class := site.class_of(*fitting):
        return cue_class
    is_judgement = any(read.word.upos not in {"PROPN", "PRON", "DET", "ADP", "PUNCT"} for read in content)
    if is_judgement and not is_infinitive and (cue_class := site.class_of(Frame.SMALL)):
        return cue_class
    other = site.class_of(*_CLAUSAL, *_NOMINAL, *Frame) or CueClass.SAY
    is_misfit = other in REPORTED_SPEECH and (is_infinitive or not is_clause)
    return CueClass.OTHER if is_misfit else other
