"""Warnings of damage."""

import pytest

from sayso_server.core.damage import damage


@pytest.mark.parametrize(
    ("text", "kind", "first"),
    [
        ("He said â€œnoâ€\u009d.", "UTF-8 that was read in another encoding", "â€œ"),
        ("He said â\x80\x9cnoâ\x80\x9d.", "UTF-8 that was read in another encoding", "â\x80\x9c"),
        ("A cafÃ© in CaviÃ±a.", "UTF-8 that was read in another encoding", "Ã©"),
        ("He said ‚Äúno‚Äù.", "UTF-8 that was read in another encoding", "‚Äú"),
        ("He said \ufffdno\ufffd.", "characters that could not be decoded", "\ufffd"),
        ("He said &#8220;no&#8221;.", "HTML entities", "&#8220;"),
        ("He said &ldquo;no&rdquo;.", "HTML entities", "&ldquo;"),
        ("<p>He said no.</p>", "tags", "</p>"),
        ("He <a href='x'>said", "tags", "<a href='x'>"),
        ("He said =E2=80=9Cno=E2=80=9D.", "quoted-printable", "=E2=80"),
        ("He said =93no=94.", "quoted-printable", "=93"),
        ("He said that =\nit was.", "quoted-printable", "=\n"),
        ('He said \\"no\\".', "escapes of a programming language", '\\"'),
        ("He said \\u201cno\\u201d.", "escapes of a programming language", "\\u201c"),
    ],
)
def test_damage(text: str, kind: str, first: str) -> None:
    (warning,) = damage(text)
    assert kind in warning.message
    assert warning.span is not None
    assert warning.span.of(text) == first


@pytest.mark.parametrize(
    "text",
    [
        "The café in São Paulo, “CAFÉ” and «CAFÉ», ÂNGELA and MAÇÃ.",
        "AT&T; R&D; 3 < 4 > 2; a <redacted> name; <mara@olin.example>.",
        "x=94, a=9C, https://olin.example/?id=93&x=E2\n====\n",
        "C:\\users\\olin",
    ],
)
def test_no_damage(text: str) -> None:
    assert list(damage(text)) == []
