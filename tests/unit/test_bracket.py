"""The reader and the writer of golden cases are inverse."""

import pytest
from support.bracket import read_line, write_line

LINE = "[content “The plan,”] [source Mara Olin] [cue said], [content “failed.”] => Mara Olin, person"


def test_inverse() -> None:
    text, rendition = read_line(LINE)
    assert text == "“The plan,” Mara Olin said, “failed.”"
    assert rendition is not None
    assert write_line(text, rendition) == LINE


@pytest.mark.parametrize("line", ["[content “The plan", "The plan]"])
def test_brackets_must_match(line: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        read_line(line)
