"""v1 is frozen: it grows, and nothing that was released in it changes. Its reasons are those that the server gives."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf import text_format
from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet

ROOT = Path(__file__).parent.parent.parent
PROTOS = ROOT / "protos"
FROZEN = PROTOS / "v1.frozen.txtpb"
BUF = Path(os.environ.get("TEST_BUF", ROOT / "build/buf/node_modules/.bin/buf"))
NAME = "sayso/v1/quotes.proto"

BREAKING = {
    "a field removed": ("  Polarity polarity = 8;", ""),
    "a field of another number": ("uint32 paragraph_index = 11;", "uint32 paragraph_index = 31;"),
    "a field of another type": ("  double confidence = 9;", "  float confidence = 9;"),
    "a field of another name": ("string role = 4;", "string title = 4;"),
    "one instead of many": ("repeated Span addressee_spans = 7;", "Span addressee_spans = 7;"),
    "a value removed": ("  CUE_CLASS_OTHER = 12;", ""),
    "a value of another name": ("POLARITY_HEDGED = 3;", "POLARITY_UNCERTAIN = 3;"),
    "a method of another name": ("rpc GetServerInfo(", "rpc DescribeServer("),
    "a method that streams no longer": ("(stream StreamExtractQuotesRequest)", "(StreamExtractQuotesRequest)"),
}
GROWTH = ("  string display_name = 2;", "  string display_name = 2;\n  repeated string aliases = 20;")


def facts(file: FileDescriptorProto) -> set[str]:
    """The parts of the contract that callers rely on, one per line."""
    found = {line for message in file.message_type for line in _of_message(message.name, message)}
    found |= {line for enum in file.enum_type for line in _of_enum(enum.name, enum)}
    for service in file.service:
        for method in service.method:
            ways = f"{method.client_streaming:d}{method.server_streaming:d}"
            found.add(f"{service.name}.{method.name}({method.input_type}) {method.output_type} {ways}")
    return found


def _of_message(name: str, message: DescriptorProto) -> Iterator[str]:
    for field in message.field:
        kind = f"{field.label} {field.type} {field.type_name} {field.proto3_optional:d}"
        yield f"{name}.{field.name}/{field.json_name} = {field.number}: {kind}"
    for inner in message.nested_type:
        yield from _of_message(f"{name}.{inner.name}", inner)
    for enum in message.enum_type:
        yield from _of_enum(f"{name}.{enum.name}", enum)


def _of_enum(name: str, enum: EnumDescriptorProto) -> Iterator[str]:
    yield from (f"{name}.{value.name} = {value.number}" for value in enum.value)


def frozen() -> FileDescriptorProto:
    image = text_format.Parse(FROZEN.read_text("utf-8"), FileDescriptorSet(), allow_unknown_field=True)
    [file] = [file for file in image.file if file.name == NAME]
    return file


def compiled(protos: Path, folder: Path) -> FileDescriptorProto:
    """The contract in `protos`, read by protoc with only protoc's own include files."""
    out = folder / "contract.binpb"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={protos}", f"--descriptor_set_out={out}", NAME]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    [file] = FileDescriptorSet.FromString(out.read_bytes()).file
    return file


def changed(folder: Path, old: str, new: str) -> Path:
    """A copy of the contract in which one thing is another."""
    protos = folder / "protos"
    shutil.copytree(PROTOS, protos)
    contract = (protos / NAME).read_text("utf-8")
    assert contract.count(old) == 1
    (protos / NAME).write_text(contract.replace(old, new), "utf-8")
    return protos


def buf(protos: Path) -> subprocess.CompletedProcess[str]:
    if not BUF.exists():
        pytest.skip("buf is missing: make lint-buf fetches it")
    command = [str(BUF), "breaking", "--against", FROZEN.name]
    return subprocess.run(command, cwd=protos, capture_output=True, text=True, check=False, timeout=60)


def test_what_was_released_is_still_there(tmp_path: Path) -> None:
    released = facts(frozen())
    assert "Span.start/start = 1: 1 13  0" in released
    assert released - facts(compiled(PROTOS, tmp_path)) == set()


@pytest.mark.parametrize("change", BREAKING.values(), ids=BREAKING)
def test_a_breaking_change_is_seen(change: tuple[str, str], tmp_path: Path) -> None:
    assert facts(frozen()) - facts(compiled(changed(tmp_path, *change), tmp_path))


def test_growth_breaks_nothing(tmp_path: Path) -> None:
    grown = facts(compiled(changed(tmp_path, *GROWTH), tmp_path))
    assert facts(frozen()) < grown


@pytest.mark.parametrize("change", BREAKING.values(), ids=BREAKING)
def test_buf_refuses_a_breaking_change(change: tuple[str, str], tmp_path: Path) -> None:
    done = buf(changed(tmp_path, *change))
    assert done.returncode == 100, done.stderr
    assert NAME in done.stdout


def test_buf_lets_the_contract_grow(tmp_path: Path) -> None:
    done = buf(changed(tmp_path, *GROWTH))
    assert (done.returncode, done.stdout) == (0, "")


def test_the_reasons_of_the_contract_are_those_of_the_server() -> None:
    tree = ast.parse((ROOT / "server/sayso_server/service/errors.py").read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "ServiceError"]
    given = {(ast.unparse(call.args[0]).split(".")[-1], ast.literal_eval(call.args[1])) for call in calls}
    given.remove(("FAILED_PRECONDITION", "MODEL_REFUSED"))  # of the engine in process, never of a server
    header = (PROTOS / NAME).read_text("utf-8").split("syntax =")[0]
    listed, status = set(), ""
    for line in re.findall(r"^//   ([A-Z ].*)", header, re.MULTILINE):
        found = re.fullmatch(r"([A-Z_]*) +([A-Z_]+(?:, [A-Z_]+)*).*", line)
        assert found, line
        status = found[1] or status
        listed |= {(status, reason) for reason in found[2].split(", ")}
    assert listed == given
