"""Lines of the page."""

import pytest

from sayso_server.core.page import is_page_line


@pytest.mark.parametrize(
    "line",
    [
        "***",
        "10:42 BST",
        "Advertisement",
        "By Mara Olin, Harwick correspondent",
        "READ MORE: Renn says he will quit",
        "Sign up for our daily letter here.",
        "Related: “We lost two crews”",
        "Crews on the bridge in June. Photo: Mara Olin",
        "Olin and Pell looked at the bridge on Friday. (Picture: Edwin Pell/The Courier)",
        "Olin and Pell looked at the bridge on Friday. (Edwin Pell/AP)",
        "Olin and Pell looked at the bridge on Friday. Courtesy of Edwin Pell",
        "Crews look at the bridge from the pier in June, before it was closed. Moss/Getty Images",
    ],
)
def test_lines_of_the_page(line: str) -> None:
    assert is_page_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "Crews left.",
        "“We lost two crews”",
        "Olin: Bridge is safe",
        "Olin wrote:",
        "• The bridge is closed",
        "Who pays?",
        "The photo was taken in June.",
        "The bridge was closed on Friday, and so was the Pell/Olin pier.",
        "Olin, who is the mayor of Harwick, has read more letters about the bridge than anybody else in town",
        "Read more closely, the letter says that crews had left the bridge by then. " * 3,
    ],
)
def test_lines_of_the_story(line: str) -> None:
    assert not is_page_line(line)
