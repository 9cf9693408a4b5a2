"""Arguments that are none: the exception names them. Signatures and help that show all there are."""

import inspect
import pydoc
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import sayso
from sayso.testing import FakeServer, Said, result

TEXT = "“Yes,” said Mara."


@pytest.fixture
def client() -> Iterator[sayso.Client]:
    with FakeServer({TEXT: result(TEXT, Said("Mara", "“Yes,”"))}) as server, sayso.Client(server.address) as client:
        yield client


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (None, "document is of type NoneType; it must be a str or a sayso.Document$"),
        (b"bytes", r"document is of type bytes; it must be .*: decode it, as in data.decode\(\)"),
        (Path("a.txt"), r"document is of type PosixPath; .*: read it, as in path.read_text\(\)"),
        ({"text": "x"}, r"document is of type dict; .*: sayso.Document\(text=...\)"),
        (["a", "b"], r"document is of type list; .*: use extract_many\(\) for several documents"),
        (sayso.Document(None), "document.text is of type NoneType; it must be a str"),  # type: ignore[arg-type]
        (sayso.Document("x", 7), "document.document_id is of type int; it must be a str"),  # type: ignore[arg-type]
        (sayso.Document("x", published_at="2026"), "document.published_at is of type str"),  # type: ignore[arg-type]
    ],
)
def test_documents(client: sayso.Client, document: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        client.extract(document)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))),
    ],
)
def test_a_moment_that_utc_does_not_have(client: sayso.Client, moment: datetime) -> None:
    with pytest.raises(ValueError, match=r"document.published_at is .*; in UTC it must be in the years 1 to 9999"):
        client.extract(sayso.Document("x", published_at=moment))


def test_several_documents(client: sayso.Client) -> None:
    for one in ("abc", b"abc", sayso.Document("abc")):
        with pytest.raises(
            TypeError, match=r"documents is one .*; it must be several documents, .*use extract\(\) for one"
        ):
            list(client.extract_many(one))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="documents is of type int"):
        list(client.extract_many(7))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"documents\[2\] is of type NoneType"):
        list(client.extract_many(["a", "b", None]))  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"documents\[1\] is of type bytes"):
        list(client.stream(["a", b"b"]))  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"min_confidnce": 0.5}, "there is no argument 'min_confidnce'; did you mean 'min_confidence'"),
        ({"zzz": 0.5}, "there is no argument 'zzz'; there are: kinds, cue_classes, "),
        ({"min_confidence": "high"}, "min_confidence is of type str; it must be a number"),
        ({"min_confidence": None}, "min_confidence is of type NoneType; it must be a number"),
        ({"min_speaker_confidence": "high"}, "min_speaker_confidence is of type str; it must be a number"),
        ({"max_alternatives": 1.5}, "max_alternatives is of type float; it must be an int"),
        ({"kinds": 7}, "kinds is of type int; it must be a name, or a list of names"),
        ({"known_speakers": ["Mara"]}, r"known_speakers\[0\] is of type str; it must be a sayso.KnownSpeaker"),
        ({"known_speakers": 1}, "known_speakers is of type int; it must be a list"),
        ({"timeout": "5"}, "timeout is of type str; it must be a number of seconds"),
        ({"timeout": True}, "timeout is of type bool; it must be a number of seconds"),
        ({"request_id": 7}, "request_id must be a str, not a int"),
    ],
)
def test_keywords(client: sayso.Client, keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        client.extract(TEXT, **keywords)
    with pytest.raises(TypeError, match=message):
        list(client.extract_many([TEXT], **keywords))


def test_numbers_that_are_none(client: sayso.Client) -> None:
    for number in (-1, 2**40):
        with pytest.raises(
            sayso.InvalidDocument, match=f"max_alternatives is {number}; it must be from 0 to"
        ) as raised:
            client.extract(TEXT, max_alternatives=number)
        assert raised.value.field == "options.max_alternatives"
    with pytest.raises(TypeError, match="concurrency is of type str; it must be an int"):
        list(client.extract_many([TEXT], concurrency="4"))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="progress is of type int; it must be a function"):
        list(client.extract_many([TEXT], progress=7))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"server": 50051}, "server must be a str, not a int"),
        ({"tls": True}, "tls must be a Tls, not a bool"),
        ({"token": b"t"}, "token must be a str, not a bytes"),
        ({"timeout": "5"}, "timeout is of type str"),
        ({"options": {"grpc.x": 1.5}}, "options must be str or int: 'grpc.x' is of type float"),
    ],
)
def test_settings(settings: dict[str, Any], message: str) -> None:
    for kind in (sayso.Client, sayso.AsyncClient):
        with pytest.raises(TypeError, match=message):
            kind(**settings)


@pytest.mark.parametrize("kind", [sayso.Client, sayso.AsyncClient])
@pytest.mark.parametrize("method", ["extract", "extract_many", "stream"])
def test_signatures_show_the_options(kind: type, method: str) -> None:
    shown = inspect.signature(getattr(kind, method)).parameters
    assert shown["min_confidence"].default == 0.0
    assert shown["known_speakers"].default == ()
    assert all(one.kind is not inspect.Parameter.VAR_KEYWORD for one in shown.values())
    text = pydoc.plain(pydoc.render_doc(getattr(kind, method)))
    assert "explain: bool = False" in text
    assert "`min_confidence` (0 to 1) are left out" in text


def test_the_signatures_of_both_clients_are_alike() -> None:
    for method in ("__init__", "extract", "extract_many", "info", "health", "wait_ready"):
        sync, other = (inspect.signature(getattr(kind, method)) for kind in (sayso.Client, sayso.AsyncClient))
        assert sync.parameters == other.parameters


def test_help_of_the_module() -> None:
    assert {"Client", "AsyncClient", "Health", "Result", "SaysoError"} <= set(dir(sayso))
    assert not any(name.startswith("_") for name in set(dir(sayso)) - {"__version__"})
    assert "metadata" in (sayso.Client.__doc__ or "")


def test_html_of_a_result(client: sayso.Client) -> None:
    found = client.extract(sayso.Document("<b>& “Yes,” said Mara.", title="A title"))
    assert found._repr_html_().startswith("<p>Result(0 statements, 0 speakers)</p><table>")
    assert "&lt;b&gt;&amp;" in found.to_html()
    assert "<title>Who said what: A title</title>" in found.to_html()


def test_the_table_of_a_notebook() -> None:
    text = " ".join(f"“<{number}>,” said Mara." for number in range(60))
    made = result(text, *(Said("Mara", f"“<{number}>,”", cue="said") for number in range(60)))
    shown = made._repr_html_()
    assert shown.count("<tr>") == 51
    assert "“&lt;0&gt;,”</td>" in shown
    assert "… and 10 more" in shown


def test_a_page_needs_its_text(client: sayso.Client) -> None:
    found = client.extract(TEXT)
    page = found.to_html()
    assert page.startswith("<!doctype html>")
    assert "Mara" in page
    bare = sayso.Result.from_json(found.to_json())
    with pytest.raises(ValueError, match=r"this result does not have its text: to_html\(text\)"):
        bare.to_html()
    with pytest.raises(ValueError, match="this is not the text of this result"):
        bare.to_html("Another text altogether.")
    assert "“Yes,”" in bare.to_html(TEXT)
