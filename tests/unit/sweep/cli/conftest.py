"""The command line run in this process, as `sweep` runs it."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sweep.cli import main


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it wrote."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _signal_handlers() -> Iterator[None]:
    """The command line answers to SIGTERM; the tests do not."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGUSR2)}
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
    """Runs a `sweep run` on `smoke` that must be refused; gives its one message."""

    def run(*arguments: str) -> str:
        before = sorted(tmp_path.rglob("*"))
        answer = sweep("run", "--config", "smoke", "--metrics", "psnr", *arguments)
        assert answer.status == 2, answer
        assert answer.out == ""
        assert "Traceback" not in answer.err
        assert answer.err.lower().count("error: ") == 1, answer.err
        assert sorted(tmp_path.rglob("*")) == before
        return answer.err

    return run
