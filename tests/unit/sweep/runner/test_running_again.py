"""A finished sweep that is run again or extended does only what is missing."""

import json
import shutil
from collections.abc import Callable

import numpy as np
import pytest

from srgan_core.data.images import write_png
from srgan_core.errors import DataError
from sweep.errors import StoreError
from sweep.planning.plan import plan_sweep
from sweep.runner import Summary, run_sweep
from sweep.store.folder import SweepStore

pytestmark = pytest.mark.usefixtures("drawn")


def test_a_finished_sweep_runs_no_job_again(copy, in_process, execute):
    executor = in_process()
    summary = execute(copy, executor)
    assert executor.ran == []
    assert (summary.exit_status, summary.trained) == (0, ())


def test_more_metrics_score_and_train_nothing(copy, in_process, execute):
    executor = in_process()
    summary = execute(copy, executor, eval__metrics=["ssim"])
    assert len(executor.ran) == 4
    assert (summary.exit_status, summary.trained) == (0, ())
    for name in summary.states:
        scores = copy.trial(name).read_result().scores["skimage3"]["coffee"]
        assert set(scores) == {"psnr_y", "psnr_rgb", "ssim_y"}


def test_scores_need_no_generator_where_images_are_there(copy, plan_of, execute):
    names = [trial.name for trial in plan_of(copy).trials]
    for name in names:
        copy.trial(name).generator.unlink()
    copy.generator("srresnet-s0").generator.unlink()
    summary = execute(copy, eval__metrics=["ssim"])
    assert summary.exit_status == 0
    assert not copy.trial(names[0]).generator.exists()


def test_a_lost_start_is_put_back_before_a_trial_needs_it(copy, execute):
    before = copy.generator("srresnet-s0").generator.read_bytes()
    copy.generator("srresnet-s0").generator.unlink()
    summary = execute(copy, grid__adv=[1e-2], grid__control=False)
    assert summary.exit_status == 0
    assert len(summary.trained) == 1
    assert copy.generator("srresnet-s0").generator.read_bytes() == before


def test_lost_images_are_made_again_with_the_same_bytes(copy, in_process, execute):
    folders = [*copy.root.glob("*/*/images/skimage3"), *copy.root.glob("reference/*/*")]
    images = [path for folder in folders for path in sorted(folder.glob("*.png"))]
    before = [image.read_bytes() for image in images]
    assert len(images) == 12
    for number, image in enumerate(images):
        if number % 3 == 0:
            image.unlink()
        elif number % 3 == 1:
            image.write_bytes(image.read_bytes()[:100])
        else:
            write_png(image, np.zeros((96, 96, 3), np.uint8))
    tables = (copy.root / "results.csv").read_bytes()
    executor = in_process()
    summary = execute(copy, executor)
    assert (summary.exit_status, summary.trained, len(executor.ran)) == (0, (), 3)
    assert [image.read_bytes() for image in images] == before
    assert (copy.root / "results.csv").read_bytes() == tables
    again = in_process()
    execute(copy, again)
    assert again.ran == []


def test_hr_images_of_older_folders_are_held_to_the_hashes_of_their_tables(copy, execute):
    record = copy.reference("skimage3") / "reference.json"
    fields = json.loads(record.read_bytes())
    del fields["png_sha256"]
    record.write_text(f"{json.dumps(fields, indent=2)}\n")
    old = record.read_bytes()
    image = copy.reference("skimage3") / "hr" / "coffee.png"
    before = image.read_bytes()
    write_png(image, np.zeros((96, 96, 3), np.uint8))
    assert execute(copy).exit_status == 0
    assert image.read_bytes() == before
    assert record.read_bytes() == old


def test_a_damaged_generator_is_named_and_makes_no_image(copy, plan_of, execute):
    files = copy.trial(plan_of(copy).trials[0].name)
    files.generator.write_bytes(files.generator.read_bytes()[:1000])
    summary = execute(copy)
    assert summary.exit_status == 0
    (note,) = [note for note in summary.notes if str(files.generator) in note]
    assert "got another or a damaged file; put a copy back, or delete its result.json" in note
    (files.images("skimage3") / "coffee.png").unlink()
    summary = execute(copy, eval__metrics=["ssim"])
    assert summary.states[files.path.name] == "failed"
    assert "put a copy back" in files.read_trial().cause
    assert not (files.images("skimage3") / "coffee.png").exists()


def test_a_damaged_start_that_was_taken_over_is_put_back(copy, execute):
    files = copy.generator("srresnet-s0")
    before = files.generator.read_bytes()
    files.generator.write_bytes(before[:1000])
    assert execute(copy).exit_status == 0
    assert files.generator.read_bytes() == before


def test_a_trial_that_is_trained_anew_gets_images_of_its_own(copy, plan_of, execute):
    files = copy.trial(plan_of(copy).trials[0].name)
    image = files.images("skimage3") / "coffee.png"
    before = image.read_bytes()
    write_png(image, np.zeros((96, 96, 3), np.uint8))
    (files.path / "result.json").unlink()
    assert execute(copy).trained == (files.path.name,)
    assert image.read_bytes() == before


def test_trials_of_earlier_runs_stay_in_the_tables(copy, execute):
    summary = execute(copy, grid__adv=[1e-2], grid__control=False)
    assert len(summary.states) == 1
    text = (copy.root / "results.csv").read_text()
    assert all(f"mse-adv{adv}-s0-" in text for adv in ("0", "0.001", "0.01"))


def test_a_plan_that_another_run_overtook_is_refused(copy, in_process, plan_of, execute):
    plan = plan_of(copy, grid__adv=[1e-2])
    execute(copy, grid__adv=[1e-4], grid__control=False)
    with pytest.raises(StoreError, match="another run has extended the sweep meanwhile"):
        run_sweep(copy, plan, in_process(), lambda event: None)


@pytest.fixture(scope="module")
def on_set5(in_process, smoke) -> Callable[[SweepStore], tuple[Summary, list[str]]]:
    """Runs on set5 as it is configured, not typed; gives the summary and the jobs that it ran."""

    def run(store: SweepStore) -> tuple[Summary, list[str]]:
        executor = in_process()
        config = smoke(eval__sets=["set5"], substitutes={"set5": "skimage3"})
        plan = plan_sweep(store, config, frozenset())
        return run_sweep(store, plan, executor, executor.events.append), executor.ran

    return run


@pytest.fixture(scope="module")
def scored_on_set5(tmp_path_factory, on_set5) -> SweepStore:
    """A finished sweep on five images that are gone since; not to be changed."""
    folder = tmp_path_factory.mktemp("data")
    noise = np.random.default_rng(0).integers(0, 256, (5, 70, 70, 3), np.uint8)
    for index, pixels in enumerate(noise):
        write_png(folder / "Set5" / f"{index}.png", pixels)
    store = SweepStore(tmp_path_factory.mktemp("results") / "smoke")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWEEP_DATA", str(folder))
        assert on_set5(store)[0].exit_status == 0
    return store


@pytest.fixture
def without_set5(scored_on_set5, tmp_path, monkeypatch, own_cache) -> SweepStore:
    monkeypatch.delenv("SWEEP_DATA", raising=False)
    monkeypatch.setenv("SWEEP_OFFLINE", "1")
    shutil.copytree(scored_on_set5.root, tmp_path / "smoke")
    return SweepStore(tmp_path / "smoke")


def test_a_finished_sweep_needs_its_test_set_no_more(without_set5, on_set5):
    record = without_set5.reference("set5") / "reference.json"
    before = record.read_bytes(), (without_set5.root / "results.csv").read_bytes()
    summary, ran = on_set5(without_set5)
    assert (summary.exit_status, summary.notes, ran) == (0, (), [])
    assert (record.read_bytes(), (without_set5.root / "results.csv").read_bytes()) == before


@pytest.mark.parametrize("damage", ["hr", "lr", "rule", "metrics"])
def test_references_that_are_not_whole_stand_in_for_no_test_set(without_set5, damage, on_set5):
    folder = without_set5.reference("set5")
    record = json.loads((folder / "reference.json").read_bytes())
    if damage == "hr":
        write_png(folder / "hr" / "0.png", np.zeros((68, 68, 3), np.uint8))
    elif damage == "lr":
        (folder / "lr" / "0.png").unlink()
    elif damage == "rule":
        (folder / "reference.json").write_text(json.dumps(record | {"resize": "nearest"}))
    else:
        (without_set5.root / "metrics.json").write_text("{")
    with pytest.raises(DataError, match="test set 'set5' is not on this machine"):
        on_set5(without_set5)
