"""Real runs of wandb in its offline mode, read back from what it wrote."""

from __future__ import annotations

import importlib.util
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sweep.store.folder import SweepStore
from sweep.store.trial_folder import TrialFolder
from sweep.tracking.process import TrackerProcess
from sweep.tracking.wandb import WandbTracker

needs_wandb = pytest.mark.skipif(
    importlib.util.find_spec("wandb") is None,
    reason="wandb is not installed: pip install '.[wandb]'",
)

SECONDS = 300.0

BLOCK = 32 << 10


@pytest.fixture(autouse=True)
def _nobody_logged_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("WANDB_MODE", "WANDB_API_KEY", "WANDB_PROJECT", "WANDB_ENTITY", "WANDB_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))


def write(store: SweepStore, *trials: TrialFolder) -> str | None:
    """Writes trials one after the other; returns why the tracker failed."""
    process = TrackerProcess("wandb", store.root)
    try:
        for files in trials:
            process.send(files)
        while process.at_work:
            assert process.receive(SECONDS), "no answer"
    finally:
        process.close()
    return process.failure


def chunks(content: bytes) -> Iterator[bytes]:
    """Records of a file in the log format of LevelDB, behind wandb's own header of 7 bytes."""
    position, whole = 7, b""
    while position < len(content):
        left = BLOCK - position % BLOCK
        if left < 7:
            position += left
            continue
        _, size, kind = struct.unpack_from("<IHB", content, position)
        whole += content[position + 7 : position + 7 + size]
        position += 7 + size
        # 1 is a whole record, 4 the last part of one.
        if kind in (1, 4):
            yield whole
            whole = b""


def parsed(path: Path) -> list[Any]:
    from wandb.proto.wandb_internal_pb2 import Record

    return [Record.FromString(chunk) for chunk in chunks(path.read_bytes())]


def values(items: Any) -> dict[str, Any]:
    return {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in items}


def only_run(store: SweepStore, trial: str) -> Path:
    """The file of the run that tracked.json names; there is one alone."""
    tracked = json.loads((store.root / "wandb" / "tracked.json").read_text())
    (runs,) = tracked["destinations"].values()
    (path,) = (store.root / "wandb").glob(f"offline-run-*/run-{runs[trial]['run']}.wandb")
    return path


@needs_wandb
@pytest.mark.filterwarnings("ignore")
def test_a_trial_is_one_offline_run(results):
    assert write(results, results.trial("mse-done"), results.trial("mse-diverged")) is None
    records = parsed(only_run(results, "mse-done"))
    (run,) = (record.run for record in records if record.HasField("run"))
    assert (run.display_name, run.run_group, run.project) == ("mse-done", "grid", "srgan-sweep")
    config = values(run.config.update)
    assert config["adversarial_weight"] == 0.001
    assert config["training"]["discriminator"]["warmup_steps"] == 2
    lines = [values(record.history.item) for record in records if record.HasField("history")]
    assert [line["_step"] for line in lines] == [1, 2, 3, 4, 5]
    assert [line.get("loss_pixel") for line in lines[:3]] == [None, None, 0.1]
    summary: dict[str, Any] = {}
    for record in records:
        summary |= values(record.summary.update)
    assert (summary["set5/psnr_y"], summary["status"]) == (31.0, "done")
    (end,) = (record.exit for record in records if record.HasField("exit"))
    assert end.exit_code == 0
    diverged = parsed(only_run(results, "mse-diverged"))
    assert [r.exit.exit_code for r in diverged if r.HasField("exit")] == [1]


@needs_wandb
@pytest.mark.filterwarnings("ignore")
def test_a_run_does_not_describe_the_process_that_wrote_it(results):
    assert write(results, results.trial("mse-done")) is None
    path = only_run(results, "mse-done")
    assert not list(path.parent.glob("files/*metadata*"))
    kinds = {record.WhichOneof("record_type") for record in parsed(path)}
    assert {"run", "history", "summary", "exit"} <= kinds
    assert kinds.isdisjoint({"stats", "output", "output_raw"})


@needs_wandb
def test_writing_a_trial_again_replaces_its_run(results):
    files = results.trial("mse-done")
    assert write(results, files) is None
    before = only_run(results, "mse-done").name
    assert write(results, files) is None
    assert only_run(results, "mse-done").name == before


@needs_wandb
def test_a_server_that_is_not_there_is_a_failure_with_one_line(results, monkeypatch):
    monkeypatch.setenv("WANDB_API_KEY", "a" * 40)
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WANDB_INIT_TIMEOUT", "3")
    failure = write(results, results.trial("mse-done"))
    assert failure is not None
    assert failure.startswith("CommError: ")
    assert "\n" not in failure


@pytest.mark.parametrize(
    ("environment", "mode"),
    [
        ({}, "offline"),
        ({"WANDB_API_KEY": "key"}, "online"),
        ({"WANDB_MODE": "online"}, "online"),
        ({"WANDB_MODE": "offline", "WANDB_API_KEY": "key"}, "offline"),
    ],
)
def test_nothing_leaves_the_machine_unless_the_user_said_so(monkeypatch, environment, mode):
    from sweep.tracking.wandb import _mode

    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert _mode() == mode


def test_another_project_is_another_destination(monkeypatch):
    before = WandbTracker.destination()
    monkeypatch.setenv("WANDB_MODE", "online")
    assert WandbTracker.destination() == before
    monkeypatch.setenv("WANDB_MODE", "disabled")
    assert WandbTracker.destination() != before
    monkeypatch.delenv("WANDB_MODE")
    monkeypatch.setenv("WANDB_PROJECT", "mine")
    assert WandbTracker.destination() != before
