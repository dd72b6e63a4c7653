"""The runner with an executor that works in this process, on a network of a few weights."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import torch

from srgan_core.inference import save_generator
from srgan_core.networks import Generator
from sweep.config.loading import load_config
from sweep.config.sweep_config import SweepConfig
from sweep.execution.executors.base import StopRequest
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.failing import Job
from sweep.execution.jobs.running import run_job
from sweep.planning.plan import Plan, plan_sweep
from sweep.runner import Summary, run_sweep
from sweep.store.folder import SweepStore


class InProcess:
    """Runs jobs one after the other; `before` is called with each of them."""

    def __init__(self, before: Callable[[Job, StopRequest], None] = lambda job, stop: None) -> None:
        self.before, self.ran, self.events = before, [], []

    def run(
        self, jobs: Sequence[Job], on_event: Callable[[Event], None], stop: StopRequest
    ) -> dict[str, str]:
        states = {}
        for job in jobs:
            self.before(job, stop)
            self.ran.append(job.label)
            context = Context(
                emit=on_event, should_stop=lambda: bool(stop), device="cpu", threads=1
            )
            states[job.label] = run_job(job, context)
        return states

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture(scope="session")
def small_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small SRResNet where the package has its own."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "assets").mkdir()
    torch.manual_seed(0)
    small = Generator(4, channels=8, blocks=1)
    save_generator(folder / "assets" / "srresnet-x4.safetensors", small)
    return folder


@pytest.fixture(autouse=True, scope="module")
def _small_start(small_package: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("srgan_core.bundled.files", lambda package: small_package)
        yield


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Folders whose charts were asked for; none is drawn, which would take longer than a trial."""
    asked: list[Path] = []
    monkeypatch.setattr(
        "sweep.visualization.drawings.bring_up_to_date",
        lambda tables: (asked.append(tables.folder), ((), ()))[1],
    )
    return asked


@pytest.fixture(scope="session")
def in_process() -> type[InProcess]:
    return InProcess


@pytest.fixture(scope="session")
def smoke() -> Callable[..., SweepConfig]:
    """Gives the smoke config of two steps and one metric, with overrides."""

    def load(**overrides: object) -> SweepConfig:
        changes = {key.replace("__", "."): value for key, value in overrides.items()}
        return load_config(
            "smoke", {"adversarial.steps": 2, "device": "cpu", "eval.metrics": ["psnr"], **changes}
        )

    return load


@pytest.fixture(scope="session")
def plan_of(smoke: Callable[..., SweepConfig]) -> Callable[..., Plan]:
    def plan(store: SweepStore, *typed: str, **overrides: object) -> Plan:
        return plan_sweep(store, smoke(**overrides), frozenset(typed))

    return plan


@pytest.fixture(scope="session")
def execute(plan_of: Callable[..., Plan]) -> Callable[..., Summary]:
    """Plans and runs a sweep."""

    def run(store: SweepStore, executor: InProcess | None = None, **overrides: object) -> Summary:
        executor = executor or InProcess()
        return run_sweep(store, plan_of(store, **overrides), executor, executor.events.append)

    return run


@pytest.fixture(scope="module")
def finished(
    execute: Callable[..., Summary], tmp_path_factory: pytest.TempPathFactory
) -> SweepStore:
    """A sweep of two trials that is done; not to be changed."""
    store = SweepStore(tmp_path_factory.mktemp("results") / "smoke")
    assert execute(store).exit_status == 0
    return store


@pytest.fixture
def copy(finished: SweepStore, tmp_path: Path) -> SweepStore:
    shutil.copytree(finished.root, tmp_path / "smoke")
    return SweepStore(tmp_path / "smoke")
