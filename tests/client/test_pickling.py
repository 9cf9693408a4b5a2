"""Clients in other processes: a copy has the same settings and its own connection."""

import asyncio
import pickle
import subprocess
import sys
import threading

import pytest
from support.serving import PATIENCE, run

import sayso
from sayso.testing import FakeServer, Said, result

TEXT = "“Yes,” said Mara."
ANSWERS = {TEXT: result(TEXT, Said("Mara", "“Yes,”"))}

WORKER = """
import pickle, sys
client = pickle.load(sys.stdin.buffer)
with client:
    outcomes = [outcome.statements[0].text for _, outcome in client.extract_many(["“Yes,” said Mara."])]
print(client.extract.__self__ is client, outcomes == ["“Yes,”"])
"""


def test_a_copy_has_the_settings() -> None:
    with FakeServer(ANSWERS, token="t") as server:
        original = sayso.Client(
            server.address,
            timeout=30,
            token="t",
            metadata={"x-desk": "a"},
            options={"grpc.primary_user_agent": "desk/1"},
        )
        copy = pickle.loads(pickle.dumps(original))
        original.close()
        with copy:
            assert copy.extract(TEXT).statements[0].text == "“Yes,”"
            assert repr(copy) == repr(original)
        call = server.calls[0]
    assert (call.metadata["x-desk"], str(call.metadata["user-agent"])[:7]) == ("a", "desk/1 ")


def test_a_copy_in_another_process() -> None:
    with FakeServer(ANSWERS) as server, sayso.Client(server.address) as client:
        client.extract(TEXT)
        command = [sys.executable, "-c", WORKER]
        done = subprocess.run(command, input=pickle.dumps(client), capture_output=True, timeout=PATIENCE, check=True)
        assert done.stdout.decode().split() == ["True", "True"]
        assert client.extract(TEXT).statements


def test_a_subclass_keeps_what_it_has() -> None:
    with pickle.loads(pickle.dumps(Desk("world"))) as copy:
        assert (copy.desk, copy.server) == ("world", "x:1")


class Desk(sayso.Client):
    def __init__(self, desk: str) -> None:
        super().__init__("x:1")
        self.desk = desk


def test_the_async_client_and_the_local_one() -> None:
    async def call(client: sayso.AsyncClient) -> sayso.Result:
        async with client:
            return await client.extract(TEXT)

    with FakeServer(ANSWERS) as server:
        copy = pickle.loads(pickle.dumps(sayso.AsyncClient(server.address)))
        assert run(call(copy)).statements
    with sayso.Client(local=True, model="nowhere") as local, pickle.loads(pickle.dumps(local)) as copy:
        assert copy.server == "local"


def test_errors_and_results_keep_their_identifier() -> None:
    with FakeServer(ANSWERS) as server, sayso.Client(server.address) as client:
        found = client.extract(TEXT, request_id="mine")
        server.fail_next(sayso.Overloaded("full", retry_after=3))
        with pytest.raises(sayso.Overloaded) as raised:
            client.extract(TEXT, request_id="yours")
    copy = pickle.loads(pickle.dumps(found))
    assert (copy, copy.request_id, copy.document) == (found, "mine", sayso.Document(TEXT))
    error = pickle.loads(pickle.dumps(raised.value))
    assert (error.request_id, error.retry_after, str(error)) == ("yours", 3.0, "full; in 3 s")


LOOPS = """
import asyncio, sys, sayso
client = sayso.AsyncClient(sys.argv[1])
for _ in range(3):
    result = asyncio.run(client.extract("“Yes,” said Mara."))
    print(len(result.statements))
asyncio.run(client.close())
try:
    asyncio.run(client.info())
except sayso.ClientClosed as error:
    print(error)
"""


def test_one_event_loop_after_another() -> None:
    with FakeServer(ANSWERS) as server:
        command = [sys.executable, "-W", "error", "-c", LOOPS, server.address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.stdout, done.stderr) == ("1\n1\n1\nthis client is closed\n", "")


def test_two_event_loops_at_once() -> None:
    """gRPC's are for one: this is said before anything hangs."""
    with FakeServer(ANSWERS) as server:
        client = sayso.AsyncClient(server.address)
        run(client.extract(TEXT))
        seen: list[BaseException] = []

        def other() -> None:
            try:
                asyncio.run(client.extract(TEXT))
            except RuntimeError as error:
                seen.append(error)

        thread = threading.Thread(target=other)
        thread.start()
        thread.join(PATIENCE)
        run(client.close())
    assert "make one for each loop" in str(seen[0])
