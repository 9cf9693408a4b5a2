"""The work of `make golden` and `make golden-all` on the trees of the golden cases, and the drift of trees."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from sayso_server.core.coreference import Coreference
from sayso_server.core.document import read
from sayso_server.core.parser import Parser
from sayso_server.core.tree import Roles, Tree
from support.bracket import Case, read_cases
from support.frozen import HAND, LEAST_LINK, TreeFile, freeze, read_trees, write_trees

REMEDY = "run make golden-all and look at the diff"

ROLE_TOLERANCE = 0.15
"""How far a role may be from the stored one: half of the last digit that is stored, and a tenth."""

LINK_TOLERANCE = 0.105
"""The same for how likely a cue is, and for the figures of a link."""

OTHER_KERNELS = 0.05
"""The share of paragraphs that may differ between processors, except in float32, where none may.

The int8 kernels of AVX2 and AVX-512 do not round alike; measured on 208 paragraphs, 3 to 5 trees differed.
"""

NOTHING = TreeFile("")
"""The content of a new file of trees."""


class Loaded(NamedTuple):
    """A parser on the bundled models, and how the files of trees name it: `models 2.0.0, int8`."""

    parser: Parser
    origin: str
    coreference: Coreference | None = None


Load = Callable[[], Loaded]
"""Loads the models. Called only if something must be parsed."""


class OtherModelsError(Exception):
    """The trees of a file were made by models of another version."""


class Change(NamedTuple):
    """A file of trees after a refresh, and the paragraphs whose trees are new, different, or no longer needed."""

    file: TreeFile
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def __str__(self) -> str:
        what = {"added": self.added, "changed": self.changed, "dropped": self.dropped}
        said = [f"{len(own)} {name}, the first: {_short(own[0])}" for name, own in what.items() if own]
        return "; ".join(said) or "nothing to do"


def add(old: TreeFile, paragraphs: Sequence[str], load: Load) -> Change:
    """Give trees to the paragraphs that have none, and drop the trees of other paragraphs. All other blocks stay as is.

    Trees in another number format than the file's say so. Raises OtherModelsError where they are of another version:
    then all trees of the file are out of date, and one more would hide it.
    """
    kept = {entry.paragraph: entry for entry in old.entries}
    missing = [p for p in paragraphs if p not in kept]
    origin = old.origin
    if missing:
        loaded = load()
        origin = origin or loaded.origin
        if _version(origin) != _version(loaded.origin):
            raise OtherModelsError(f"the trees were made by {origin}, but {loaded.origin} are bundled: {REMEDY}")
        own = "" if loaded.origin == origin else loaded.origin
        kept |= {p: freeze(p, trees, own) for p, trees in zip(missing, loaded.parser.parse(missing), strict=True)}
    file = TreeFile(origin, tuple(kept[p] for p in paragraphs))
    return Change(file, added=tuple(missing), dropped=_dropped(old, paragraphs))


def freeze_all(old: TreeFile, paragraphs: Sequence[str], load: Load) -> Change:
    """Give new trees to all paragraphs, except those with trees written by hand.

    Trees of the same models in another number format stay too: their case does not hold in this one.
    """
    before = {entry.paragraph: entry for entry in old.entries}
    loaded = load()
    kept = {p: entry for p, entry in before.items() if entry.origin == HAND or _is_other_format(entry.origin, loaded)}
    others = [p for p in paragraphs if p not in kept]
    new = {p: freeze(p, trees) for p, trees in zip(others, loaded.parser.parse(others), strict=True)} | kept
    return Change(
        TreeFile(loaded.origin, tuple(new[p] for p in paragraphs)),
        added=tuple(p for p in paragraphs if p not in before),
        changed=tuple(p for p in paragraphs if p in before and new[p].block != before[p].block),
        dropped=_dropped(old, paragraphs),
    )


Refresh = Callable[[TreeFile, Sequence[str], Load], Change]


def refresh(golden: Path, how: Refresh, load: Load) -> list[str]:
    """Refresh the trees of every file of cases in the folder `golden`; yields a line of report per file."""
    lines = []
    for cases in sorted((golden / "cases").glob("*.md")):
        target = golden / "trees" / f"{cases.stem}.conllu"
        old = read_trees(target) if target.exists() else NOTHING
        try:
            change = how(old, paragraphs_of(read_cases(cases)), load)
        except OtherModelsError as error:
            raise OtherModelsError(f"{target.name}: {error}") from error
        if change.file != old:
            target.write_text(write_trees(change.file), encoding="utf-8")
        lines.append(f"{target.name}: {change}")
    for target in sorted((golden / "trees").glob("*.conllu")):
        if not (golden / "cases" / f"{target.stem}.md").exists():
            target.unlink()
            lines.append(f"{target.name}: removed, it has no file of cases")
    return lines


def paragraphs_of(cases: Iterable[Case]) -> list[str]:
    """The paragraphs of these cases in order, each once, as a parser gets them."""
    return list(dict.fromkeys(part for case in cases for part in read(case.text).parts))


def drift(files: Iterable[TreeFile], loaded: Loaded) -> str:
    """One line with the number of paragraphs whose trees have changed; empty if there are none."""
    files = list(files)
    entries = {e.paragraph: e for file in files for e in file.entries if e.origin != HAND}
    found = loaded.parser.parse(list(entries))
    drifted = [e.paragraph for e, trees in zip(entries.values(), found, strict=True) if not alike(e.trees, trees)]
    origins = {loaded.origin, *(file.origin for file in files), *(e.origin for e in entries.values() if e.origin)}
    allowed = 0 if all(origin.endswith("float32") for origin in origins) else int(OTHER_KERNELS * len(entries))
    if len(drifted) <= allowed:
        return ""
    return (
        f"golden trees: {len(drifted)} of {len(entries)} paragraphs drifted ({allowed} may; "
        f"first: {_short(drifted[0])}): {REMEDY}"
    )


def alike(stored: Sequence[Tree], found: Sequence[Tree]) -> bool:
    """Whether words, arcs, labels and names are the same, and roles, cues and links nearly. Vectors do not count."""
    return (
        [(t.words, t.names) for t in stored] == [(t.words, t.names) for t in found]
        and all(
            len(a.roles) == len(b.roles) and all(map(_near_roles, a.roles, b.roles))
            for a, b in zip(stored, found, strict=True)
        )
        and _same_cues(stored, found)
    )


def _near_roles(stored: Roles, found: Roles) -> bool:
    return all(abs(p - q) <= ROLE_TOLERANCE for p, q in zip(stored, found, strict=True))


def _same_cues(stored: Sequence[Tree], found: Sequence[Tree]) -> bool:
    """Whether cues and links of a paragraph are nearly the same.

    One that only one side has may have been just below what is served (or stored) on the other. A cue takes its links
    with it, so only the links of cues that both sides have are compared.
    """
    cues, others = _cues(stored), _cues(found)
    both = cues.keys() & others.keys()
    links, other_links = (
        {key: figures for key, figures in _links(trees).items() if key[-1:] in both} for trees in (stored, found)
    )
    return _near(cues, others) and _near(links, other_links)


_Figures = dict[tuple[int, ...], tuple[float, ...]]
"""Probabilities by key."""


def _cues(trees: Sequence[Tree]) -> _Figures:
    """The probabilities of cues, by their start."""
    return {(tree.words[cue.word].start,): (cue.likely,) for tree in trees for cue in tree.cues}


def _links(trees: Sequence[Tree]) -> _Figures:
    """The probabilities of links, by sentence, word, and start of the cue."""
    return {
        (i, own.word, own.cue): (own.share, own.scope, own.source) for i, tree in enumerate(trees) for own in tree.links
    }


def _near(stored: _Figures, found: _Figures) -> bool:
    """Whether all probabilities are nearly equal; missing ones count as the minimum that is stored."""
    return all(
        abs(p - q) <= LINK_TOLERANCE
        for key in stored.keys() & found.keys()
        for p, q in zip(stored[key], found[key], strict=True)
    ) and all(p - LEAST_LINK <= LINK_TOLERANCE for key in stored.keys() ^ found.keys() for p in (stored | found)[key])


def _dropped(old: TreeFile, paragraphs: Sequence[str]) -> tuple[str, ...]:
    return tuple(e.paragraph for e in old.entries if e.paragraph not in paragraphs)


def _version(origin: str) -> str:
    return origin.partition(",")[0]


def _is_other_format(origin: str, loaded: Loaded) -> bool:
    return bool(origin) and origin != loaded.origin and _version(origin) == _version(loaded.origin)


def _short(paragraph: str) -> str:
    return f"“{paragraph[:60]}{'…' if len(paragraph) > 60 else ''}”"
