"""The command line run in this process, as `sweep` runs it."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from srgan_core.files import write_atomically
from srgan_core.signals import STOP_SIGNALS
from sweep.cli import main
from sweep.config.loading import load_config
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.records.trial import Attempt
from sweep.tables.rows import ImageScore


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it wrote."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _signal_handlers() -> Iterator[None]:
    """The command line answers to SIGTERM and its like; the tests do not."""
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def sweep(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Answer]:
    """Runs `sweep` with arguments in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Answer:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capsys.readouterr()
        status = ended.value.code
        return Answer(status if isinstance(status, int) else -1, captured.out, captured.err)

    return run


@pytest.fixture
def refused(sweep: Callable[..., Answer], tmp_path: Path) -> Callable[..., str]:
    """Runs a `sweep run` on `smoke` that must be refused; gives its one message.

    With status 2 the usage was wrong, with 3 something needed is not here.
    """

    def run(*arguments: str, status: int = 2) -> str:
        before = sorted(tmp_path.rglob("*"))
        given = () if "--metrics" in arguments else ("--metrics", "psnr")
        answer = sweep("run", "--config", "smoke", *given, *arguments)
        assert answer.status == status, answer
        assert answer.out == ""
        assert "Traceback" not in answer.err
        assert answer.err.lower().count("error: ") == 1, answer.err
        assert sorted(tmp_path.rglob("*")) == before
        return answer.err

    return run


@pytest.fixture
def smoke(tmp_path: Path) -> SweepStore:
    """A sweep of which one trial is done, with a checkpoint left, and one has failed."""
    smoke = SweepStore(tmp_path / "smoke")
    smoke.write_config(load_config("smoke"))
    smoke.trial("good").update_trial(state="done", attempts=[Attempt(host="here")])
    smoke.trial("good").write_result(ResultRecord(steps=20, scores={}))
    smoke.trial("bad").update_trial(state="failed", cause="photo.png: damaged; replace it")
    write_atomically(smoke.trial("good").checkpoints / "000000005" / "state", bytes(2000))
    return smoke


@pytest.fixture
def folder(store, usual) -> Path:
    """A results folder with nothing but its tables."""
    return store(usual.rows())


@pytest.fixture
def twelve_images(store, usual) -> Path:
    """The same with twelve images that differ alike for every method."""
    rows = []
    for row in usual.rows():
        images = tuple(
            ImageScore(
                f"im{i}", {name: value * (1 + i / 100) for name, value in row.scores.items()}
            )
            for i in range(12 if row.scores else 0)
        )
        rows.append(replace(row, per_image=images, images=12))
    return store(rows)
