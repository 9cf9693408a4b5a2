"""Logs as JSON lines or plain text. No line contains text of a document."""

import json
import logging
import sys
from datetime import UTC, datetime

from sayso_server.service.request_id import request_id

FORMATS = ("auto", "json", "text")

_STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One object per line: time, level, logger, message, request_id, and the fields of `extra`.

    Exceptions are logged by type only: their messages may quote a document.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The log line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if identifier := request_id.get():
            line["request_id"] = identifier
        line |= _extra(record)
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """The same fields as readable text."""

    def format(self, record: logging.LogRecord) -> str:
        """The log line."""
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        extra = {"request_id": request_id.get()} | _extra(record)
        shown = "".join(f" {name}={value}" for name, value in extra.items() if value != "")
        kind = f" ({record.exc_info[0].__name__})" if record.exc_info and record.exc_info[0] else ""
        return f"{time} {record.levelname} {record.name}: {record.getMessage()}{kind}{shown}"


def set_up(level: str, form: str) -> None:
    """Log to standard error; `auto` is text on a terminal, otherwise JSON."""
    readable = form == "text" or (form == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(TextFormatter() if readable else JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
