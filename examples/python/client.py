"""Who said what in an article, with the Python client: python client.py [FILE] [HOST:PORT]."""

import os
import sys
import time
from pathlib import Path

import sayso

ARTICLE = Path(__file__).parent.parent / "article.txt"


def extract(client: sayso.Client, text: str, language: str = "", tries: int = 3) -> sayso.Result:
    """Extract a text; if the server is overloaded, wait as long as it asks and try again."""
    for left in reversed(range(tries)):
        try:
            return client.extract(text, language=language)
        except sayso.Overloaded as error:
            if error.retry_after is None or not left:
                raise
            time.sleep(error.retry_after)
    raise AssertionError("the last try returns or raises")


def show(result: sayso.Result) -> None:
    for statement in result.statements:
        print(f"{statement.speaker_name or '?'}: {statement.text}")
    if not result.statements:
        print("no statements")


def main() -> None:
    path, server, *_ = [*sys.argv[1:], None, None]
    with sayso.Client(server) as client:
        show(extract(client, Path(path or ARTICLE).read_text("utf-8")))
        show(extract(client, "The weather was fine on Tuesday."))
        try:
            extract(client, "“Non”, a dit Mara Olin.", language="fr")
        except sayso.InvalidDocument as error:
            print(f"{error.reason} in {error.field}: {error.message}")


if __name__ == "__main__":
    try:
        main()
        sys.stdout.flush()
    except BrokenPipeError:  # | head has read enough; Python writes the rest at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
