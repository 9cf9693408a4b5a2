"""The lock of an output in a store that has no locks."""

import json
from dataclasses import dataclass, field, replace

import pytest

from sayso_server.corpus.errors import OutputError
from sayso_server.corpus.storage import lease
from sayso_server.corpus.storage.lease import FOLDER, LEASE_SECONDS, Claim, claimed
from sayso_server.corpus.storage.owner import owner_of, this_process

ELSEWHERE = replace(this_process(), host="elsewhere", home="another boot", token="f" * 32)
ENDED = replace(this_process(), started="1", token="e" * 32)


@dataclass
class Memory:
    """A store with its own clock."""

    now: float = 1000.0
    files: dict[str, tuple[bytes, float]] = field(default_factory=dict)
    is_broken: bool = False

    def names(self, inside: str) -> list[str]:
        return sorted(name.partition("/")[2] for name in self.files if name.startswith(f"{inside}/"))

    def read(self, name: str) -> bytes | None:
        return self.files[name][0] if name in self.files else None

    def write_claim(self, name: str, content: bytes) -> None:
        if self.is_broken:
            raise OSError("no route")
        self.files[name] = (content, self.now)

    def remove(self, name: str) -> None:
        self.files.pop(name, None)

    def changed(self, name: str) -> float | None:
        return self.files[name][1] if name in self.files else None

    def shown(self, name: str) -> str:
        return f"s3://news/out/{name}".rstrip("/")

    def hold(self, owner: object, age: float) -> None:
        record = owner.record() if hasattr(owner, "record") else owner
        self.files[f"{FOLDER}other.json"] = (json.dumps(record).encode(), self.now - age)


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "SETTLING_SECONDS", 0.0)


def test_a_lock_is_held_and_given_back() -> None:
    store = Memory()
    with claimed(store) as claim:
        assert list(store.files) == [claim.name]
        claim.check()
    assert store.files == {}


def test_a_lock_that_is_renewed_is_respected_wherever_its_owner_is() -> None:
    store = Memory()
    store.hold(ELSEWHERE, age=LEASE_SECONDS - 1)
    with pytest.raises(OutputError) as refused, claimed(store):
        pass
    assert str(refused.value) == (
        f"s3://news/out: another job is writing to it: process {ELSEWHERE.pid} of elsewhere, whose lock was renewed"
        " 119 s ago; if it was killed, its lock expires 120 s after that"
    )
    assert list(store.files) == [f"{FOLDER}other.json"], "its own claim is withdrawn"


@pytest.mark.parametrize(
    ("owner", "age"),
    [(ELSEWHERE, LEASE_SECONDS), (ENDED, 1.0), ("damaged", LEASE_SECONDS), ({"pid": "x"}, LEASE_SECONDS)],
)
def test_a_lock_of_a_killed_job_is_taken_over(owner: object, age: float, caplog: pytest.LogCaptureFixture) -> None:
    store = Memory()
    store.hold(owner, age)
    with claimed(store) as claim:
        assert list(store.files) == [claim.name]
    assert "s3://news/out: took over the lock of process" in caplog.text
    assert f"which was renewed {age:.0f} s ago" in caplog.text


def test_of_two_that_start_at_the_same_moment_none_writes() -> None:
    store = Memory()
    first, second = (Claim(store, replace(this_process(), token=letter * 32)) for letter in "ab")
    first.write()
    second.write()
    for _ in range(2):
        with pytest.raises(OutputError, match="another job is writing to it"), claimed(store):
            pass


def test_a_lock_that_cannot_be_renewed_is_lost() -> None:
    store, now = Memory(), [0.0]
    claim = Claim(store, this_process(), clock=lambda: now[0])
    claim.write()
    store.is_broken = True
    now[0] = LEASE_SECONDS / 2
    claim.renew()
    claim.check()
    now[0] += 1
    with pytest.raises(OutputError, match="the lock was lost: it could not be renewed for 60 seconds"):
        claim.check()
    store.is_broken = False
    claim.renew()
    claim.check()


def test_a_lock_that_another_job_took_over_is_lost() -> None:
    store = Memory()
    claim = Claim(store, this_process())
    claim.write()
    store.remove(claim.name)
    claim.renew()
    assert store.files == {}, "it is not written again"
    with pytest.raises(OutputError, match="or another job took it over"):
        claim.check()


def test_a_process_that_runs_has_not_ended_and_others_are_not_known() -> None:
    assert not this_process().has_ended()
    assert ENDED.has_ended()
    assert not ELSEWHERE.has_ended()
    assert owner_of(this_process().record()).has_ended() is False
