"""Metrics beyond the usual ones, from the request to the tables."""

from __future__ import annotations

import math
from importlib.resources import as_file
from pathlib import Path

import pytest
from click.testing import CliRunner

from srgan_core.bundled import bundled_generator
from srgan_core.errors import WeightsError
from sweep.cli.run import command
from sweep.config.grid import starts_of
from sweep.config.loading import load_config
from sweep.config.names import StartKind
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.missing import TestSetJob
from sweep.execution.jobs.reference import ReferenceJob
from sweep.execution.jobs.trial import TrainJob
from sweep.scoring.sets.references import prepare_reference
from sweep.scoring.sets.test_sets import resolve_test_set
from sweep.store.folder import SweepStore
from sweep.tables.frames import results_frame
from sweep.tables.from_records import result_rows

COLUMNS = ("psnr_y", "rmse", "gmsd", "kid_patches", "fd_patches")
IMAGES = ("chelsea", "coffee")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> SweepStore:
    """A folder with two small test images and nothing scored yet."""
    store = SweepStore(tmp_path_factory.mktemp("sweep"))
    test_set = resolve_test_set("skimage3", 4)
    prepare_reference(test_set, 4, store.reference("skimage3"), limit=2, crop=96)
    return store


def score(store: SweepStore, columns: tuple[str, ...]) -> list[Event]:
    """Scores bicubic, HR and the bundled SRResNet; gives what was told."""
    events: list[Event] = []
    context = Context(emit=events.append, should_stop=lambda: False, device="cpu", threads=1)
    test_set = TestSetJob("skimage3", IMAGES, columns, 4)
    ReferenceJob(store.root, test_set).run(context)
    assert ReferenceJob(store.root, test_set).is_done()
    with as_file(bundled_generator(4)) as generator:
        folder = store.generator("srresnet-s0").path
        TrainJob(store.root, folder, "srresnet-s0", {}, None, generator, (test_set,)).run(context)
    return events


def documents(store: SweepStore) -> tuple[object, object]:
    """What was scored, nan as text, which is equal to itself."""
    references = store.read_reference_scores("skimage3")
    return store.generator("srresnet-s0").read_result().document(), references.document()


def test_asked_for_columns_reach_the_tables_and_are_scored_once(store):
    score(store, COLUMNS[:2])
    score(store, COLUMNS)
    before = documents(store)
    assert not [event for event in score(store, COLUMNS) if event.kind == "scoring"]
    assert documents(store) == before

    config = load_config("smoke", {})
    starts = starts_of(config, 0, {StartKind.SRRESNET: "x"})
    rows = list(result_rows(store, config, (), starts, ("skimage3",)))
    by_method = {row.method: row for row in rows}
    for method in ("bicubic", "srresnet"):
        row = by_method[method]
        assert tuple(row.scores) == COLUMNS
        assert all(math.isfinite(value) for value in row.scores.values())
        single = [image.scores["rmse"] for image in row.per_image]
        assert row.scores["rmse"] == pytest.approx(math.hypot(*single) / math.sqrt(2))
        assert not {"kid_patches", "fd_patches"} & row.per_image[0].scores.keys()
    for column in ("kid_patches", "fd_patches"):
        assert by_method["srresnet"].scores[column] < by_method["bicubic"].scores[column]
    assert by_method["original"].scores == {}
    assert set(COLUMNS) <= set(results_frame(rows).columns)


@pytest.mark.parametrize("metric", ["brisque", "musiq-ava"])
def test_a_metric_that_cannot_run_is_refused_before_anything_is_written(
    metric: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("SWEEP_OFFLINE", "1")
    # pyiqa asks for the hub's folder once, when it is imported.
    monkeypatch.setattr("pyiqa.utils.download_util.DEFAULT_CACHE_DIR", str(tmp_path / "pyiqa"))
    out = tmp_path / "out"
    arguments = ["--config", "smoke", "--metrics", f"psnr,{metric}", "--out", str(out)]
    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert isinstance(result.exception, WeightsError)
    assert f"metric {metric}: its weights could not be downloaded" in str(result.exception)
    assert not out.exists()
