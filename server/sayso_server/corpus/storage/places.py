"""Addresses: local paths, and `scheme://authority/path?options` of a store."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from sayso_server.corpus.errors import CorpusError

SCHEMES = ("s3", "gs", "gcs", "hdfs", "viewfs", "abfs", "abfss")
"""The schemes of the stores that pyarrow.fs supports."""

_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_OPTIONS = re.compile(r"\?(?=[a-z_]+=)")  # a question mark may also be part of a pattern
_PATTERN = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a store. `authority` is a bucket or a host, `path` has no leading slash, `options` are pyarrow's."""

    scheme: str
    authority: str
    path: str
    options: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}/{self.path}"

    def at(self, path: str) -> "Address":
        """Another path of the same store."""
        return Address(self.scheme, self.authority, path, self.options)


def address_of(text: str) -> Address | None:
    """The address in a text; None for a local path. Raises CorpusError."""
    if not (found := _ADDRESS.fullmatch(text)):
        return None
    scheme, rest = found["scheme"].lower(), found["rest"]
    if scheme not in SCHEMES:
        known = ", ".join(f"{one}://" for one in SCHEMES)
        raise CorpusError(f"{scheme}:// is not supported; use a local path or {known}")
    rest, *options = _OPTIONS.split(rest, maxsplit=1)
    authority, _, path = rest.partition("/")
    if "@" in authority and scheme not in ("abfs", "abfss"):
        raise CorpusError(f"{scheme}://: an address must not contain credentials; set them in the environment")
    if not authority:
        raise CorpusError(f"{text}: has no bucket or host")
    return Address(scheme, authority, path.strip("/"), options[0] if options else "")


def split_pattern(path: str) -> tuple[str, str]:
    """A path up to its first part with `*`, `?` or `[`, and the rest, which is a pattern or empty."""
    parts = path.split("/")
    for number, part in enumerate(parts):
        if _PATTERN.search(part):
            return "/".join(parts[:number]) or ("/" if path.startswith("/") else ""), "/".join(parts[number:])
    return path, ""


def matcher(pattern: str) -> re.Pattern[str]:
    """A regex for a pattern: `*` and `?` match within a part of a path, `**` any number of parts."""
    return re.compile("".join(map(_translated, re.findall(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\]|.", pattern, re.DOTALL))))


def _translated(token: str) -> str:
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    if token in known:
        return known[token]
    if token.startswith("[") and token.endswith("]") and len(token) > 2:
        inside = token[1:-1].replace("\\", "\\\\")
        return f"[^/{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
    return re.escape(token)


def is_hidden(name: str) -> bool:
    """Whether a relative path has a part that begins with a dot."""
    return any(part.startswith(".") for part in PurePosixPath(name).parts)


def partitions(name: str) -> dict[str, str]:
    """The keys and values of the folders of a path such as `year=2024/section=news/part-0.parquet`."""
    pairs = (part.partition("=") for part in PurePosixPath(name).parent.parts)
    return {key: value for key, equals, value in pairs if key and equals}
