"""The distributions: one version, wheels with only runtime files, a thin client, code that matches its contract."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import requires, version
from pathlib import Path

import pytest

import sayso
from sayso_server.service.http.generate import written

ROOT = Path(__file__).parent.parent.parent
GENERATED = ("quotes_pb2.py", "quotes_pb2.pyi", "quotes_pb2_grpc.py", "quotes_pb2_grpc.pyi")


def project(folder: str) -> dict[str, object]:
    loaded = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert isinstance(loaded, dict)
    return loaded


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_version() -> None:
    expected = project("client")["version"]
    assert project("server")["version"] == project("server/tools")["version"] == expected
    assert version("sayso") == version("sayso-server") == version("sayso-tools") == sayso.__version__ == expected
    assert f"sayso=={expected}" in (requires("sayso-server") or [])
    assert f"sayso-server=={expected}" in (requires("sayso-tools") or [])


def test_the_generated_code_is_that_of_the_contract(tmp_path: Path) -> None:
    makefile = subprocess.run(
        ["make", "--always-make", "--dry-run", "--no-print-directory", "--old-file=.venv/.installed", "protos"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    [command] = [line for line in makefile.stdout.splitlines() if "grpc_tools.protoc" in line]
    arguments = re.sub(r"_out=client\b", f"_out={tmp_path}", command).split()
    binaries = Path(sys.executable).parent
    arguments = [sys.executable, *(part.replace(".venv/bin", str(binaries)) for part in arguments[1:])]
    subprocess.run(arguments, cwd=ROOT, check=True, capture_output=True, timeout=60)
    for name in GENERATED:
        fresh = (tmp_path / "sayso/v1" / name).read_bytes()
        assert fresh == (ROOT / "client/sayso/v1" / name).read_bytes(), f"{name}: run `make protos`"


def test_the_description_of_http_is_that_of_the_contract() -> None:
    fresh = written(ROOT / "protos")
    assert fresh == (ROOT / "server/sayso_server/service/http/openapi.json").read_text("utf-8"), "run `make protos`"


@pytest.mark.parametrize("module", ["sayso", "sayso.client", "sayso.aio", "sayso.cli.app", "sayso.v1.quotes_pb2_grpc"])
def test_the_client_imports_nothing_heavy(module: str) -> None:
    loaded = set(json.loads(run_python(f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))")))
    assert module in loaded
    assert not loaded & {"torch", "stanza", "transformers", "numpy", "sayso_server"}


def test_importing_sayso_waits_with_grpc_until_a_client_is_made() -> None:
    assert run_python("import sys, sayso; print('grpc' in sys.modules, sayso.Client, 'grpc' in sys.modules)") == (
        "False <class 'sayso.client.Client'> True\n"
    )


def test_everything_that_sayso_names_is_there() -> None:
    assert [name for name in sayso.__all__ if not hasattr(sayso, name)] == []
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sayso.nothing


def test_the_client_asks_for_nothing_heavy() -> None:
    needed = {re.split(r"[^\w-]", line)[0] for line in requires("sayso") or [] if "extra" not in line}
    assert needed == {"grpcio", "protobuf", "googleapis-common-protos"}


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_a_missing_extra_is_named(missing: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; from sayso.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"sayso: the command line needs {missing}: pip install click rich\n"


@pytest.fixture(scope="module")
def wheel_of_the_server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    code = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(folder)]
    subprocess.run(command, cwd=ROOT / "server", capture_output=True, check=True, timeout=120)
    [wheel] = folder.glob("*.whl")
    return wheel


def test_the_wheel_of_the_server_has_models_and_nothing_that_makes_or_measures(wheel_of_the_server: Path) -> None:
    with zipfile.ZipFile(wheel_of_the_server) as wheel:
        names = wheel.namelist()
        metadata = wheel.read(next(name for name in names if name.endswith("/METADATA"))).decode()
    roots = {name.split("/")[0] for name in names}
    assert {root for root in roots if not root.endswith(".dist-info")} == {"sayso_server"}
    rooms = {name.split("/")[1] for name in names}
    assert not rooms & {"training", "bench", "load", "evaluation", "tools"}
    assert "sayso_server/models/en/manifest.json" in names
    assert not re.search(r"scikit-learn|transformers|safetensors|sayso-tools", metadata)


def test_every_module_of_the_wheel_is_imported_without_the_tools(wheel_of_the_server: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel_of_the_server) as wheel:
        wheel.extractall(tmp_path)
    code = (
        "import importlib, pkgutil, sys; "
        "sys.path.insert(0, sys.argv[1]); sys.modules['sayso_tools'] = sys.modules['sklearn'] = None; "
        "import sayso_server; assert sayso_server.__path__[0].startswith(sys.argv[1]); "
        "optional = ('.http', '.otel', '.arrow', '.on_ray', '__main__'); "
        "[importlib.import_module(m.name) for m in pkgutil.walk_packages(sayso_server.__path__, 'sayso_server.', "
        "onerror=lambda name: None) if not any(part in m.name for part in optional)]; "
        "print('sayso_server.parsing.load' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr


def test_the_server_does_not_load_torch_before_its_model() -> None:
    code = "import sys, json, sayso_server.main, sayso_server.commands.serve; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(run_python(code)))
    assert "sayso_server.service.settings" in loaded
    assert not loaded & {"torch", "stanza", "transformers"}


@pytest.mark.parametrize("package", ["client/sayso", "server/sayso_server", "server/tools/sayso_tools"])
def test_all_are_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


PROGRAM = """
import asyncio

import sayso


def said(text: str) -> list[tuple[str, str]]:
    with sayso.Client("localhost:1", timeout=1, tls=sayso.Tls()) as client:
        result: sayso.Result = client.extract(text, kinds=["direct", sayso.Kind.MIXED], min_confidence=0.3)
        for number, outcome in client.stream([text]):
            print(number + 1, outcome.reason if isinstance(outcome, sayso.SaysoError) else outcome.stats.words)
        return [(one.speaker_name, text[one.content[0].slice]) for one in result.statements]


async def later(text: str) -> sayso.Result:
    async with sayso.AsyncClient(local=True) as client:
        async for _, outcome in client.extract_many([sayso.Document(text, "a")]):
            print(outcome)
        return await client.extract(text)


asyncio.run(later("x"))
"""


def test_a_program_of_a_user_is_checked(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(PROGRAM, "utf-8")
    wrong = PROGRAM.replace("min_confidence", "min_confidnce").replace("number + 1", "number.x")
    (tmp_path / "wrong.py").write_text(wrong, "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary", "good.py", "wrong.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert [line.split(":")[0] for line in errors] == ["wrong.py", "wrong.py"], done.stdout + done.stderr
    assert "min_confidnce" in errors[0]
    assert 'has no attribute "x"' in errors[1]


def test_every_installed_version_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins), pins
    assert "torch==2.13.0" in pins


@pytest.mark.parametrize("folder", ["client", "server", "server/tools"])
def test_all_carry_the_licence(folder: str) -> None:
    assert (ROOT / folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
