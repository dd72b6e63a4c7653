"""What every test may need: one CPU thread, Set5, a cache of its own, Ray."""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import psutil
import pytest
from filelock import FileLock
from hypothesis import settings

# It asserts on behalf of the tests in tests/integration/faults.
pytest.register_assert_rewrite("meddling")

# Other programs may have the processor: a slow example is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Sums depend on the number of threads."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True, scope="session")
def _token_for_ray() -> Iterator[None]:
    """One for all processes, before any imports Ray, which else writes one into the home folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", "0123456789abcdef" * 4)
        yield


@pytest.fixture(scope="session")
def set5() -> Path:
    """The folder with Set5's five HR images; skips where there is none.

    Under REQUIRE_SHARED_DATA, which .ci/run sets where the folder exists, it fails instead.
    """
    candidates = [REPOSITORY.parent / "shared" / "data"]
    if chosen := os.environ.get("SWEEP_DATA"):
        candidates.insert(0, Path(chosen))
    for candidate in candidates:
        if (candidate / "Set5" / "baby.png").is_file():
            return candidate / "Set5"
    reason = f"Set5 is not there: no Set5/baby.png in {' or '.join(map(str, candidates))}"
    if os.environ.get("REQUIRE_SHARED_DATA"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def made_once(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Callable[[Path], object]], Path]:
    """Makes a folder for all processes of a run of the tests; none of them may change it."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder, made = shared / name, shared / f"{name}.made"
        with FileLock(shared / f"{name}.lock"):
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                made.touch()
        return folder

    return make


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache folder for this test alone."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SWEEP_CACHE", str(folder))
    return folder


@pytest.fixture(scope="module")
def needs_ray() -> Iterator[None]:
    """Skips where Ray is not installed; fails instead under REQUIRE_RAY."""
    if importlib.util.find_spec("ray") is None:
        reason = "Ray is not installed: make ray"
        if os.environ.get("REQUIRE_RAY"):
            pytest.fail(reason)
        pytest.skip(reason)
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)
    # What Ray leaves of its processes goes while the module's own filter of warnings holds.
    gc.collect()


class RayCluster:
    """A Ray cluster of a head without processors, where the driver is; a test adds nodes.

    All of its nodes are on this machine; each is a set of processes with resources of its own.

    Attributes:
        address: Where a driver joins it.
        environment: Variables that a driver needs, without which Ray takes the machine's own
            address for that of the loopback interface and finds nobody there.
    """

    environment: ClassVar[dict[str, str]] = {
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
    }

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        self._cluster = Cluster()
        self.add_node(num_cpus=0)
        self.address: str = self._cluster.address

    def add_node(self, num_cpus: int = 1) -> Any:
        from sweep.execution.executors.ray.cluster import start_patiently

        return start_patiently(lambda: self._cluster.add_node(num_cpus=num_cpus))

    def workers(self, node: Any) -> set[int]:
        """Ids of a node's processes, Ray's own helpers among them."""
        (raylet,) = node.all_processes["raylet"]
        children = psutil.Process(raylet.process.pid).children(recursive=True)
        return {child.pid for child in children}

    def kill_node(self, node: Any) -> None:
        """Ends all of its processes at once, as they end with a machine.

        Left alone, its workers would notice the loss a second later.
        """
        (raylet,) = node.all_processes["raylet"]
        for pid in (raylet.process.pid, *self.workers(node)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._cluster.remove_node(node, allow_graceful=False)

    def shutdown(self) -> None:
        self._cluster.shutdown()


@pytest.fixture
def ray_cluster(needs_ray: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[RayCluster]:
    """A cluster of this test alone, on the loopback interface."""
    for name, value in RayCluster.environment.items():
        monkeypatch.setenv(name, value)
    # Ray may have been imported before.
    monkeypatch.setattr("ray._private.ray_constants.ENABLE_RAY_CLUSTER", False)
    started = RayCluster()
    yield started
    started.shutdown()
