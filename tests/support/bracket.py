"""Golden cases in bracket notation: `[content "The plan,"] [source Mara Olin] [cue said], [content "failed."]`.

A file of cases is Markdown. A heading opens a case. Each line below it is a rendition of the same text, with the
brackets of one statement; a line without brackets says that the text has none. ` ¶ ` is a paragraph break,
` ↵ ` a line break. A line may
end with ` => NAME, TYPE, KIND, POLARITY, EXTERNAL ID`, of which the last ones may be left out.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROLES = ("content", "source", "cue", "to")
_BRACKET = re.compile(r"\[(" + "|".join(ROLES) + r") |\]")


@dataclass(frozen=True)
class Rendition:
    """One statement of a case: spans by role, and the facts after `=>`."""

    spans: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A text and all the statements that it holds."""

    title: str
    text: str
    statements: tuple[Rendition, ...]


def read_line(line: str) -> tuple[str, Rendition | None]:
    """A line as (text, statement). Raises ValueError for brackets that do not match."""
    body, _, said = line.partition(" => ")
    text, spans, opened, position = "", [], [], 0
    body = body.replace(" ¶ ", "\n\n").replace(" ↵ ", "\n")
    for match in _BRACKET.finditer(body):
        text += body[position : match.start()]
        position = match.end()
        if match[1]:
            opened.append((match[1], len(text)))
        elif opened:
            role, start = opened.pop()
            spans.append((role, (start, len(text))))
        else:
            raise ValueError(f"a bracket closes nothing: {line}")
    if opened:
        raise ValueError(f"a bracket is never closed: {line}")
    text += body[position:]
    if not spans:
        return text, None
    grouped = tuple(
        (role, tuple(sorted(s for r, s in spans if r == role))) for role in ROLES if any(r == role for r, _ in spans)
    )
    return text, Rendition(grouped, tuple(f.strip() for f in said.split(",")) if said else ())


def write_line(text: str, rendition: Rendition) -> str:
    """The inverse of `read_line`."""
    inserts: list[tuple[int, int, str]] = []
    for role, spans in rendition.spans:
        for start, end in spans:
            inserts += [(start, 1, f"[{role} "), (end, 0, "]")]
    out, position = "", 0
    for at, _, what in sorted(inserts):
        out += text[position:at] + what
        position = at
    line = (out + text[position:]).replace("\n\n", " ¶ ").replace("\n", " ↵ ")
    return line + (" => " + ", ".join(rendition.facts) if rendition.facts else "")


def read_cases(path: Path) -> list[Case]:
    """The cases of a file."""
    cases = []
    for block in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
        title, *lines = [line for line in block.splitlines() if line.strip()]
        read = [read_line(line) for line in lines]
        texts = {text for text, _ in read}
        if len(texts) != 1:
            raise ValueError(f"{path.name}: the lines of {title!r} are not renditions of one text: {texts}")
        cases.append(Case(title, texts.pop(), tuple(r for _, r in read if r is not None)))
    return cases
