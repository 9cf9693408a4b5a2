"""Writes openapi.json from the contract, comments included: a step of `make protos`, with protoc of grpcio-tools."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

from sayso_server.service.http.connect import ERROR_CODES

_CONTRACT = "sayso/v1/quotes.proto"
_INTRODUCTION = (
    "Who said what in English news. The methods and messages of the gRPC contract over the Connect protocol: POST a "
    "message as JSON (or as application/proto) and receive a message."
)
_WELL_KNOWN: dict[str, dict[str, Any]] = {
    ".google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    ".google.protobuf.Duration": {"type": "string", "pattern": r"^-?\d+(\.\d+)?s$", "example": "1.5s"},
    ".google.rpc.Status": {"$ref": "#/components/schemas/Status"},
}
_SCALARS: dict[int, dict[str, Any]] = {
    FieldDescriptorProto.TYPE_STRING: {"type": "string"},
    FieldDescriptorProto.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptorProto.TYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptorProto.TYPE_UINT32: {"type": "integer", "minimum": 0},
}
_STATUS = {
    "type": "object",
    "description": "Why a document of a batch could not be read: google.rpc.Status.",
    "properties": {
        "code": {"type": "integer", "description": "The number of the gRPC status code."},
        "message": {"type": "string"},
        "details": {"type": "array", "items": {"type": "object", "properties": {"@type": {"type": "string"}}}},
    },
}
_ERROR = {
    "type": "object",
    "description": "Why a call failed. Check the `reason` of ErrorInfo, not the message.",
    "required": ["code"],
    "properties": {
        "code": {"type": "string", "enum": ERROR_CODES},
        "message": {"type": "string"},
        "details": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "type": {"type": "string", "description": "google.rpc.ErrorInfo, BadRequest or RetryInfo."},
                    "value": {"type": "string", "description": "The encoded message, in base64 without padding."},
                    "debug": {"type": "object", "description": "The same as JSON: reason, domain, metadata."},
                },
            },
        },
    },
}


def openapi(protos: Path) -> dict[str, Any]:
    """The OpenAPI description of the contract in the folder `protos`."""
    contract = _Contract(_described(protos))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "sayso.v1",
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": f"{_INTRODUCTION}\n\n{contract.preamble()}",
        },
        "security": [{}, {"token": []}],
        "paths": dict(contract.paths()),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(contract.schemas()) | {"Status": _STATUS, "Error": _ERROR},
            "responses": {
                "Error": {
                    "description": "The call failed.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
                }
            },
        },
    }


class _Contract:
    """A file descriptor with its comments."""

    def __init__(self, file: FileDescriptorProto) -> None:
        self._file = file
        self._comments = {tuple(one.path): _text(one.leading_comments) for one in file.source_code_info.location}

    def preamble(self) -> str:
        """The comment at the head of the file, without its first line and the table of errors."""
        paragraphs = self._comments[(12,)].split("\n\n")  # comes before `syntax`
        return "\n\n".join(one for one in paragraphs if one.startswith(("Offsets.", "Compatibility.")))

    def paths(self) -> Iterator[tuple[str, Any]]:
        """The methods available over HTTP."""
        for number, service in enumerate(self._file.service):
            for index, method in enumerate(service.method):
                if method.client_streaming or method.server_streaming:
                    continue
                comment = self._comments[6, number, 2, index]
                ready = {"application/json": {"schema": _reference(method.output_type)}}
                yield (
                    f"/{self._file.package}.{service.name}/{method.name}",
                    {
                        "post": {
                            "operationId": method.name,
                            "summary": comment.partition("\n")[0],
                            "description": comment,
                            "parameters": [_TIMEOUT],
                            "requestBody": {
                                "required": True,
                                "content": {"application/json": {"schema": _reference(method.input_type)}},
                            },
                            "responses": {
                                "200": {"description": "The response.", "content": ready},
                                "default": {"$ref": "#/components/responses/Error"},
                            },
                        }
                    },
                )

    def schemas(self) -> Iterator[tuple[str, Any]]:
        """Messages and enums, except those of streams."""
        for number, message in enumerate(self._file.message_type):
            if not message.name.startswith("Stream"):
                yield message.name, self._message(message, number)
        for number, enum in enumerate(self._file.enum_type):
            yield enum.name, self._enum(enum, number)

    def _message(self, message: DescriptorProto, number: int) -> dict[str, Any]:
        entries = {f".{self._file.package}.{message.name}.{one.name}": one for one in message.nested_type}
        properties = {
            field.json_name: _field(field, entries) | {"description": self._comments[4, number, 2, index]}
            for index, field in enumerate(message.field)
        }
        return {"type": "object", "description": self._comments[4, number], "properties": properties}

    def _enum(self, enum: EnumDescriptorProto, number: int) -> dict[str, Any]:
        told = [f"- `{value.name}`: {self._comments[5, number, 2, index]}" for index, value in enumerate(enum.value)]
        names = [value.name for value in enum.value]
        return {
            "type": "string",
            "enum": names,
            "description": "\n".join([self._comments[5, number], "", *told]),
        }


_TIMEOUT = {
    "name": "Connect-Timeout-Ms",
    "in": "header",
    "required": False,
    "description": "Timeout of the call, in milliseconds.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 9_999_999_999},
}


def _field(field: FieldDescriptorProto, entries: dict[str, DescriptorProto]) -> dict[str, Any]:
    if field.type_name in entries:
        return {"type": "object", "additionalProperties": _scalar(entries[field.type_name].field[1])}
    one = _scalar(field)
    return {"type": "array", "items": one} if field.label == FieldDescriptorProto.LABEL_REPEATED else one


def _scalar(field: FieldDescriptorProto) -> dict[str, Any]:
    if field.type_name:
        return dict(_WELL_KNOWN.get(field.type_name) or _reference(field.type_name))
    return dict(_SCALARS[field.type])


def _reference(type_name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{type_name.rpartition('.')[2]}"}


def _text(comment: str) -> str:
    """A comment without its line breaks."""
    paragraphs = re.split(r"\n\s*\n", comment)
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs).strip()


def _described(protos: Path) -> FileDescriptorProto:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "contract.pb"
        protoc = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={protos}", "--include_source_info"]
        subprocess.run([*protoc, f"--descriptor_set_out={made}", _CONTRACT], check=True)
        return FileDescriptorSet.FromString(made.read_bytes()).file[0]


def written(protos: Path) -> str:
    """The content of openapi.json."""
    return json.dumps(openapi(protos), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    Path(str(files("sayso_server.service.http") / "openapi.json")).write_text(written(Path(sys.argv[1])), "utf-8")
