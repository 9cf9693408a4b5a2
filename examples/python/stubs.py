"""Who said what in an article, with generated code and grpcio only: python stubs.py [FILE] [HOST:PORT].

Needs grpcio, googleapis-common-protos, and the code generated from protos/sayso/v1/quotes.proto (see README.md).
"""

import os
import sys
import time
from pathlib import Path

import grpc
from google.rpc import error_details_pb2, status_pb2

from sayso.v1 import quotes_pb2, quotes_pb2_grpc

ARTICLE = Path(__file__).parent.parent / "article.txt"
TIMEOUT = 60  # seconds


def extract(stub, text: str, language: str = "", tries: int = 3):
    """Extract a text; if the server is overloaded, wait as long as it asks and try again."""
    request = quotes_pb2.ExtractQuotesRequest(document=quotes_pb2.Document(text=text, language_code=language))
    for left in reversed(range(tries)):
        try:
            return stub.ExtractQuotes(request, timeout=TIMEOUT).result
        except grpc.RpcError as error:
            retry = detail(error, error_details_pb2.RetryInfo())
            if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED or retry is None or not left:
                raise
            time.sleep(retry.retry_delay.ToTimedelta().total_seconds())
    raise AssertionError("the last try returns or raises")


def detail(error, message):
    """The detail of an error with the type of `message`; None if there is none."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for packed in status_pb2.Status.FromString(value).details:
                if packed.Unpack(message):
                    return message
    return None


def show(result) -> None:
    names = {speaker.speaker_id: speaker.display_name for speaker in result.speakers}
    for statement in result.statements:
        words = " ".join(span.text for span in statement.content_spans)
        print(f"{names.get(statement.speaker_id) or statement.source.text or '?'}: {words}")
    if not result.statements:
        print("no statements")


def main() -> None:
    path, server, *_ = [*sys.argv[1:], None, None]
    with grpc.insecure_channel(server or "localhost:50051") as channel:
        stub = quotes_pb2_grpc.QuoteServiceStub(channel)
        show(extract(stub, Path(path or ARTICLE).read_text("utf-8")))
        show(extract(stub, "The weather was fine on Tuesday."))
        try:
            extract(stub, "“Non”, a dit Mara Olin.", language="fr")
        except grpc.RpcError as error:
            info = detail(error, error_details_pb2.ErrorInfo())
            bad = detail(error, error_details_pb2.BadRequest())
            if info is None or bad is None:
                raise
            print(f"{info.reason} in {bad.field_violations[0].field}: {error.details()}")


if __name__ == "__main__":
    try:
        main()
        sys.stdout.flush()
    except BrokenPipeError:  # | head has read enough; Python writes the rest at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
