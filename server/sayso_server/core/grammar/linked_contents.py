"""The contents that links give to a cue."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.branch import whole
from sayso_server.core.grammar.complement import opens_question
from sayso_server.core.grammar.contents import is_punctuation, merge, strip, with_marks
from sayso_server.core.grammar.tagger import TRAILING, Read, Run, likely_contents, span_of, thresholds
from sayso_server.core.links import LinkedCue
from sayso_server.core.statement import Span

UNCUT = 2.0
"""Above any probability: contents are not cut where one begins."""

BRIDGE = 1
"""Maximum number of unlinked words between linked ones that still belong to the content."""


@dataclass(frozen=True)
class LinkedWords:
    """The words of a paragraph, their indices by offset, and the cue with the largest share of each."""

    document: Document
    words: Sequence[Read]
    places: Mapping[int, int]
    best: Mapping[int, tuple[int, float]]

    @cached_property
    def cues(self) -> list[LinkedCue]:
        """The likely cues that are not in the content of another."""
        found = (self.document.linked[start] for start in self.places if start in self.document.linked)
        least = thresholds()
        return [
            c for c in found if c.likely >= least.cue_word and self.best.get(c.word.start, (0, 0.0))[1] < least.likely
        ]

    @cached_property
    def tagged(self) -> dict[int, list[list[Run]]]:
        """The contents that the role tagger suggests, by cue offset: most words of each run are linked to the cue.

        They are the likely runs, the same without cuts, and those with faint words.
        """
        known = thresholds()
        levels = ((known.likely, known.likely), (known.likely, UNCUT), (known.faint, known.likely))
        out: dict[int, list[list[Run]]] = {}
        for level, (least, cut) in enumerate(levels):
            for run in likely_contents(self.words, least=least, cut=cut):
                if (cue := self._cue_of(run)) is not None:
                    out.setdefault(cue, [[] for _ in levels])[level].append(run)
        return out

    def _cue_of(self, run: Run) -> int | None:
        """The offset of the cue that has the largest share of most words of a run; None if there is none."""
        found = (self.best.get(self.words[i].word.start, (None, 0.0)) for i in range(*run))
        counts = Counter(cue for cue, share in found if cue is not None and share >= thresholds().share)
        cue, count = next(iter(counts.most_common(1)), (None, 0))
        return cue if 2 * count > run[1] - run[0] else None


def contents_of(paragraph: LinkedWords, cue: LinkedCue, at: int, site: Site | None) -> Iterator[tuple[Run, ...]]:
    """The contents that the links suggest: likely words, surer ones, fainter ones; of several runs, also one alone."""
    known = thresholds()
    by_shares = (_runs(paragraph, cue, least) for least in (known.share, known.strong_share, known.faint_share))
    for found in dict.fromkeys(map(tuple, (*by_shares, *paragraph.tagged.get(cue.word.start, ())))):
        runs = _within_sentence(paragraph, cue, found)
        runs = [(a, b) for a, b in runs if not _is_said_by_another(paragraph.document, cue, paragraph.words[a:b])]
        if not runs:
            continue
        opened = tuple(_opened(paragraph.words, whole(paragraph.words, run), site) for run in runs)
        telling = tuple(run for run in opened if _says_something(paragraph.words, run, site))
        yield telling or opened
        if len(telling) > 1:
            yield (min(telling, key=lambda run: max(run[0] - at, at - run[1])),)
            yield (max(telling, key=lambda run: run[1] - run[0]),)


def _within_sentence(paragraph: LinkedWords, cue: LinkedCue, runs: Sequence[Run]) -> Sequence[Run]:
    """The runs without unquoted words from other sentences than the cue's."""
    document, words = paragraph.document, paragraph.words
    own = {i for run in runs for i in range(*run) if words[i].tree is cue.tree}
    if not own:
        return runs
    cut = ([i for i in range(*run) if i in own or document.quotation_at(words[i].word.start)] for run in runs)
    return [(i[0], i[-1] + 1) for i in cut if any(not is_punctuation(words[k].word) for k in i)]


def _runs(paragraph: LinkedWords, cue: LinkedCue, least: float) -> list[Run]:
    """Runs of words of which this cue has the largest share, at least `least`; short gaps are bridged."""
    words, own = paragraph.words, cue.word.start
    inside = sorted(
        paragraph.places[start]
        for start, link in cue.links.items()
        if link.share >= least and paragraph.best[start][0] == own and start in paragraph.places
    )
    out: list[list[int]] = []
    for i in inside:
        if out and (i == out[-1][1] or _is_bridge(words[out[-1][1] : i])):
            out[-1][1] = i + 1
        else:
            out.append([i, i + 1])
    return [(a, b) for a, b in out if any(not is_punctuation(read.word) for read in words[a:b])]


def _is_said_by_another(document: Document, cue: LinkedCue, run: Sequence[Read]) -> bool:
    """Whether the run is the content of a likely cue in its sentence: “Is it safe?” Olin asked. | “It is,” | Pell said.

    Cues with a pronoun do not count, because the same speaker may continue: … she added.
    """
    tree = run[0].tree
    if tree is cue.tree:
        return False
    return any(
        head.start in document.linked
        and document.linked[head.start].likely >= thresholds().cue_word
        and any(subject.upos != "PRON" for subject in tree.children(head, "nsubj"))
        and any(
            all(read.word.index in tree.subtree(clause) for read in run if not is_punctuation(read.word))
            for clause in tree.children(head, "ccomp")
        )
        for head in tree.words
        if head.deprel == "root"
    )


def _is_bridge(between: Sequence[Read]) -> bool:
    """Whether words without a link do not part those around them."""
    return sum(not is_punctuation(read.word) for read in between) <= BRIDGE and not _holds_cue(between)


def _holds_cue(words: Sequence[Read]) -> bool:
    return any(read.roles.cue >= thresholds().doubt or read.roles.source >= thresholds().likely for read in words)


def spans_of(paragraph: LinkedWords, runs: Sequence[Run]) -> tuple[Span, ...]:
    """The content that runs of words form, with their marks."""
    plain = paragraph.document.plain
    stripped = (strip(plain, span_of(paragraph.words, run), TRAILING) for run in runs)
    return merge([with_marks(paragraph.document, span) for span in stripped if span is not None])


def _says_something(words: Sequence[Read], run: Run, site: Site | None) -> bool:
    """Whether a content is more than the noun that another one explains: all that | Olin would say | was that …

    The only thing | Pell said | was that it failed: the cue's clause modifies the first run.
    """
    inside = words[run[0] : run[1]]
    above = site.head.head if site is not None and site.head.deprel == "acl:relcl" else None
    is_antecedent = any(site and read.tree is site.tree and read.word.index == above for read in inside)
    return not is_antecedent and any(read.word.upos not in {"DET", "PRON", "ADV", "PUNCT"} for read in inside)


def _opened(words: Sequence[Read], run: Run, site: Site | None) -> Run:
    """The run with the word that opens it, if the links leave it out: that, why, to, the preposition of a topic.

    The copula, which links include, is removed: (the only thing he said) was | that it failed.
    """
    first, end = run
    if end - first > 2 and words[first].word.upos == "AUX" and words[first + 1].word.lower in {"that", "to"}:
        return first + 1, end
    if first and words[first - 1].tree is words[first].tree:
        before = words[first - 1].word
        is_topic = site is not None and before.lower in site.entry.prepositions
        is_clause = before.relation == "mark" or opens_question(before)
        is_opening = is_clause or (before.relation == "case" and is_topic)
        if is_opening and any(read.word.index == before.head for read in words[first:end]):
            return first - 1, end
    return run
