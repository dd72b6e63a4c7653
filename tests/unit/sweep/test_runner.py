"""The runner with an executor that works in this process."""

import errno
import json
import os
import shutil
import signal
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from srgan_core.data.images import read_rgb, write_png
from srgan_core.errors import ConfigError, DataError, WeightsError
from sweep.config import SweepConfig, load_config
from sweep.errors import DiskError, StoreError, TrialError
from sweep.executors.base import StopRequest
from sweep.jobs import Context, Event, Job, TrainJob, run_job
from sweep.planning import Plan, check_plan, plan_sweep
from sweep.runner import Summary, run_sweep
from sweep.store import SweepStore


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


def smoke(**overrides: object) -> SweepConfig:
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    return load_config(
        "smoke", {"adversarial.steps": 2, "device": "cpu", "eval.metrics": ["psnr"], **changes}
    )


def plan_of(store: SweepStore, *typed: str, **overrides: object) -> Plan:
    return plan_sweep(store, smoke(**overrides), frozenset(typed))


def execute(store: SweepStore, executor: InProcess | None = None, **overrides: object) -> Summary:
    executor = executor or InProcess()
    return run_sweep(store, plan_of(store, **overrides), executor, executor.events.append)


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> SweepStore:
    """A sweep of two trials that is done; not to be changed."""
    store = SweepStore(tmp_path_factory.mktemp("results") / "smoke")
    assert execute(store).exit_status == 0
    return store


@pytest.fixture
def copy(finished, tmp_path) -> SweepStore:
    shutil.copytree(finished.root, tmp_path / "smoke")
    return SweepStore(tmp_path / "smoke")


@pytest.fixture
def weights(monkeypatch) -> list[str]:
    """Lets every network but VGG-19 be had, Set5 not; lists what was asked for."""
    asked = []

    def resolve(architecture: str) -> None:
        asked.append(architecture)
        if architecture == "vgg19":
            raise WeightsError("vgg19-dcbb9e9d.pth: choose vgg16-22 or vgg16-53")

    def find(name: str, cache: object = None) -> None:
        raise DataError(f"{name}: not on this machine")

    monkeypatch.setattr("srgan_core.weights.resolve_weights", resolve)
    monkeypatch.setattr("sweep.scoring.sets.test_sets.find_published", find)
    return asked


def test_quick_replaces_what_cannot_be_had_and_says_so(tmp_path, weights):
    store = SweepStore(tmp_path / "quick")
    plan = plan_sweep(store, load_config("quick", {"device": "cpu"}), frozenset())
    assert plan.config.grid.content == ("mse", "vgg16-22", "vgg16-53")
    assert {trial.content for trial in plan.trials} == {"mse", "vgg16-22", "vgg16-53"}
    assert [test_set.name for test_set in plan.sets] == ["skimage3"]
    notes = "\n".join(plan.notes)
    assert "vgg22: its weights cannot be had here, vgg16-22 stands in for it" in notes
    assert "vgg54: its weights cannot be had here, vgg16-53 stands in for it" in notes
    assert "set5: cannot be had here, skimage3 stands in for it" in notes
    assert sorted(weights) == ["alexnet", "vgg16", "vgg19"]
    assert not store.root.exists()


@pytest.mark.parametrize("typed", ["grid.content", "grid"])
def test_a_content_loss_that_was_typed_is_never_replaced(tmp_path, weights, typed):
    config = load_config("quick", {"device": "cpu", "grid.content": ["vgg22"]})
    with pytest.raises(WeightsError, match="vgg16-22"):
        plan_sweep(SweepStore(tmp_path), config, frozenset({typed}))


@pytest.mark.parametrize("typed", ["eval.sets", "eval"])
def test_a_test_set_that_was_typed_is_never_replaced(tmp_path, weights, typed):
    config = load_config("quick", {"device": "cpu", "eval.sets": ["set5"]})
    with pytest.raises(DataError, match="set5: not on this machine"):
        plan_sweep(SweepStore(tmp_path), config, frozenset({typed}))


def test_a_config_without_substitutes_gets_none(tmp_path, weights):
    with pytest.raises(WeightsError):
        plan_of(SweepStore(tmp_path), grid__content=["vgg54"])


def test_lpips_without_its_network_is_refused_before_training(tmp_path, monkeypatch):
    def resolve(architecture: str) -> None:
        raise WeightsError(f"{architecture}: not here")

    monkeypatch.setattr("srgan_core.weights.resolve_weights", resolve)
    with pytest.raises(WeightsError, match="alexnet"):
        plan_of(SweepStore(tmp_path), eval__metrics=["lpips"])


def test_niqe_of_few_small_images_is_warned_about(tmp_path):
    plan = plan_of(SweepStore(tmp_path), eval__metrics=["niqe"])
    assert any("NIQE is the mean of 2 images" in note for note in plan.notes)
    assert plan_of(SweepStore(tmp_path)).notes == ()


def test_a_folder_keeps_the_threads_that_it_was_begun_with(copy):
    assert copy.read_config().threads == 1
    assert plan_of(copy, threads=None).config.threads == 1
    with pytest.raises(StoreError, match="threads"):
        plan_of(copy, threads=3)


def test_planning_writes_nothing(tmp_path):
    store = SweepStore(tmp_path / "new")
    plan = plan_of(store)
    check_plan(store, plan)
    assert not store.root.exists()


def test_a_full_disk_is_refused(tmp_path, monkeypatch):
    store = SweepStore(tmp_path / "new")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 9, 1 << 20))
    with pytest.raises(StoreError, match="1 MB of disk are free, training needs 700 MB"):
        check_plan(store, plan_of(store))
    with pytest.raises(StoreError, match="needs 1400 MB"):
        check_plan(store, plan_of(store), jobs=9)


def test_a_full_disk_is_no_matter_when_nothing_is_to_be_trained(copy, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 9, 0))
    check_plan(copy, plan_of(copy))


def test_patches_larger_than_an_image_are_refused(tmp_path):
    store = SweepStore(tmp_path)
    with pytest.raises(ConfigError, match=r"set a smaller adversarial\.patch_size"):
        check_plan(store, plan_of(store, adversarial__patch_size=512))


@pytest.mark.parametrize("change", ["copy", "turned", "brighter"])
def test_training_on_a_test_image_is_refused(tmp_path, own_cache, change):
    from sweep.scoring.sets.test_sets import resolve_test_set

    rgb = read_rgb(resolve_test_set("skimage3", 4).paths[0])
    changed = {
        "copy": rgb,
        "turned": np.rot90(rgb)[:, ::-1],
        "brighter": np.minimum(rgb.astype(np.uint16) + 9, 255).astype(np.uint8),
    }
    for index in range(2):
        write_png(tmp_path / "photos" / f"{index}.png", changed[change])
    store = SweepStore(tmp_path / "new")
    plan = plan_of(store, data__sources={f"folder:{tmp_path / 'photos'}": 1.0})
    with pytest.raises(DataError, match=r"0\.png: is nearly the same image as chelsea\.png"):
        check_plan(store, plan)


def test_images_of_a_scored_set_that_changed_are_refused(copy):
    record = copy.reference("skimage3") / "reference.json"
    record.write_text(record.read_text().replace('"chelsea": "', '"chelsea": "0'))
    with pytest.raises(StoreError, match="test set 'skimage3' have changed"):
        plan_of(copy)


def test_another_start_than_that_of_the_trials_is_refused(copy):
    copy.start(0).update_trial(recipe="file:00")
    with pytest.raises(StoreError, match="start from another SRResNet"):
        plan_of(copy)


def test_every_trial_goes_through_its_states(tmp_path):
    executor = InProcess()
    store = SweepStore(tmp_path / "smoke")
    summary = execute(store, executor, grid__control=False)
    (name,) = summary.states
    assert summary.states == {name: "done"}
    assert summary.trained == (name,)
    assert executor.ran == ["reference skimage3", "srresnet-s0", name]
    kinds = [event.kind for event in executor.events if event.job == name]
    assert kinds == ["started", "progress", "progress", "scoring", "done"]
    record = store.trial(name).read_trial()
    assert (record["state"], record["content"], record["adv"]) == ("done", "mse", 1e-3)
    assert record["attempts"][0]["resumed_from"] is None
    assert record["spec"]["training"]["steps"] == 2
    assert not store.trial(name).checkpoints.exists()


def test_a_finished_sweep_runs_no_job_again(copy):
    executor = InProcess()
    summary = execute(copy, executor)
    assert executor.ran == []
    assert (summary.exit_status, summary.trained) == (0, ())


def on_set5(store: SweepStore) -> tuple[Summary, list[str]]:
    """A run on set5 as it is configured, not typed; its summary and the jobs that it ran."""
    executor = InProcess()
    config = smoke(eval__sets=["set5"], substitutes={"set5": "skimage3"})
    plan = plan_sweep(store, config, frozenset())
    return run_sweep(store, plan, executor, executor.events.append), executor.ran


@pytest.fixture(scope="module")
def scored_on_set5(tmp_path_factory) -> SweepStore:
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


def test_a_finished_sweep_needs_its_test_set_no_more(without_set5):
    record = without_set5.reference("set5") / "reference.json"
    before = record.read_bytes(), (without_set5.root / "results.csv").read_bytes()
    summary, ran = on_set5(without_set5)
    assert (summary.exit_status, summary.notes, ran) == (0, (), [])
    assert (record.read_bytes(), (without_set5.root / "results.csv").read_bytes()) == before


@pytest.mark.parametrize("damage", ["hr", "lr", "rule", "metrics"])
def test_references_that_are_not_whole_stand_in_for_no_test_set(without_set5, damage):
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


def test_more_metrics_score_and_train_nothing(copy):
    executor = InProcess()
    summary = execute(copy, executor, eval__metrics=["ssim"])
    assert len(executor.ran) == 4
    assert (summary.exit_status, summary.trained) == (0, ())
    for name in summary.states:
        scores = copy.trial(name).read_result()["scores"]["skimage3"]["coffee"]
        assert set(scores) == {"psnr_y", "psnr_rgb", "ssim_y"}


def test_scores_need_no_generator_where_images_are_there(copy):
    names = [trial.name for trial in plan_of(copy).trials]
    for name in names:
        copy.trial(name).generator.unlink()
    copy.start(0).generator.unlink()
    summary = execute(copy, eval__metrics=["ssim"])
    assert summary.exit_status == 0
    assert not copy.trial(names[0]).generator.exists()


def test_a_lost_start_is_put_back_before_a_trial_needs_it(copy):
    before = copy.start(0).generator.read_bytes()
    copy.start(0).generator.unlink()
    summary = execute(copy, grid__adv=[1e-2], grid__control=False)
    assert summary.exit_status == 0
    assert len(summary.trained) == 1
    assert copy.start(0).generator.read_bytes() == before


def test_trials_of_earlier_runs_stay_in_the_tables(copy):
    summary = execute(copy, grid__adv=[1e-2], grid__control=False)
    assert len(summary.states) == 1
    text = (copy.root / "results.csv").read_text()
    assert all(f"mse-adv{adv}-s0-" in text for adv in ("0", "0.001", "0.01"))


def test_a_plan_that_another_run_overtook_is_refused(copy):
    plan = plan_of(copy, grid__adv=[1e-2])
    execute(copy, grid__adv=[1e-4], grid__control=False)
    with pytest.raises(StoreError, match="another run has extended the sweep meanwhile"):
        run_sweep(copy, plan, InProcess(), lambda event: None)


def test_a_failed_trial_is_in_the_tables_and_tried_again(tmp_path):
    store = SweepStore(tmp_path / "smoke")

    def damage(job: Job, stop: StopRequest) -> None:
        if isinstance(job, TrainJob) and "-adv0-" in job.label:
            job.init.write_bytes(b"damaged")

    executor = InProcess(damage)
    summary = execute(store, executor)
    assert summary.exit_status == 1
    assert sorted(summary.states.values()) == ["done", "failed"]
    (failed,) = [name for name, state in summary.states.items() if state == "failed"]
    assert "safetensors" in store.trial(failed).read_trial()["cause"]
    assert f"{failed},srgan" in (store.root / "results.csv").read_text()
    store.start(0).generator.unlink()
    again = execute(store)
    assert (again.exit_status, again.trained) == (0, (failed,))
    assert store.trial(failed).read_trial()["cause"] is None


def test_an_error_that_nobody_foresaw_fails_one_trial_with_its_traceback(tmp_path, monkeypatch):
    import srgan_core.training.job as training

    real = training.train

    def train(spec, *args, **kwargs):
        if spec.adversarial_weight:
            raise RuntimeError("no such luck")
        return real(spec, *args, **kwargs)

    monkeypatch.setattr(training, "train", train)
    store = SweepStore(tmp_path / "smoke")
    summary = execute(store)
    assert sorted(summary.states.values()) == ["done", "failed"]
    record = store.trial(next(n for n, s in summary.states.items() if s == "failed")).read_trial()
    assert record["cause"] == "RuntimeError: no such luck"
    assert "Traceback" in record["traceback"]


def test_a_diverged_trial_stays_as_it_is(tmp_path):
    store = SweepStore(tmp_path / "smoke")
    wild = {"adversarial__learning_rate": 1e30, "adversarial__steps": 6, "grid__control": False}
    summary = execute(store, **wild)
    assert (summary.exit_status, *summary.states.values()) == (1, "diverged")
    (name,) = summary.states
    assert "not finite at iteration" in store.trial(name).read_trial()["cause"]
    assert not store.trial(name).checkpoints.exists()
    assert (store.root / "tradeoff.png").is_file()
    executor = InProcess()
    assert execute(store, executor, **wild).exit_status == 1
    assert executor.ran == []


def test_test_sets_that_cannot_be_scored_end_the_run_before_training(tmp_path, monkeypatch):
    def score(*args: object) -> None:
        raise RuntimeError("scoring is broken")

    monkeypatch.setattr("sweep.scoring.evaluate.Scorer.score", score)
    executor = InProcess()
    with pytest.raises(TrialError, match="reference skimage3: could not be scored"):
        execute(SweepStore(tmp_path / "smoke"), executor)
    assert executor.ran == ["reference skimage3"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_in_order(tmp_path, number, status):
    store = SweepStore(tmp_path / "smoke")
    handlers = [signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)]

    def interrupt(job: Job, stop: StopRequest) -> None:
        if "adv0-" in job.label:
            os.kill(os.getpid(), number)

    summary = execute(store, InProcess(interrupt))
    assert (summary.stopped_by, summary.exit_status) == (number, status)
    assert (store.root / "results.csv").is_file()
    assert not (store.root / "tradeoff.png").exists()
    assert [signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)] == handlers
    assert execute(store).exit_status == 0


def test_a_second_ctrl_c_ends_at_once(tmp_path):
    def interrupt(job: Job, stop: StopRequest) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        execute(SweepStore(tmp_path / "smoke"), InProcess(interrupt))


def test_stopping_between_images_leaves_no_partial_score(copy):
    executor = InProcess(lambda job, stop: stop.signals.append(2) if "adv0-" in job.label else None)
    summary = execute(copy, executor, eval__metrics=["ssim"])
    assert summary.stopped_by == 2
    assert execute(copy, eval__metrics=["ssim"]).exit_status == 0


def test_keeping_checkpoints(tmp_path):
    store = SweepStore(tmp_path / "smoke")
    config = {"adversarial__checkpoint_every": 1, "grid__control": False}
    executor = InProcess()
    run_sweep(
        store, plan_of(store, **config), executor, executor.events.append, keep_checkpoints=True
    )
    (trial,) = plan_of(store, **config).asked
    assert len(list(store.trial(trial.name).checkpoints.iterdir())) == 1


def test_a_trained_start_is_trained_once_for_all_trials(tmp_path):
    section = smoke().adversarial.model_dump(mode="json")
    store = SweepStore(tmp_path / "smoke")
    executor = InProcess()
    overrides = {"srresnet__training": section, "srresnet__start": "train"}
    assert execute(store, executor, **overrides).exit_status == 0
    assert executor.ran.count("srresnet-s0") == 1
    steps = (store.root / "results.csv").read_text().splitlines()[2].split(",")[15]
    assert steps == "2"


def test_a_folder_name_with_markup_is_only_a_name(tmp_path, own_cache):
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    folder = tmp_path / "=cmd [red]"
    write_png(folder / "a.png", rgb)
    store = SweepStore(tmp_path / "smoke")
    summary = execute(store, eval__sets=[f"folder:{folder}"], grid__control=False)
    assert summary.exit_status == 0
    assert "'=cmd [red]" in (store.root / "results.csv").read_text()


def test_every_trial_has_its_record_before_the_first_begins(tmp_path):
    seen = []

    def before(job: Job, stop: StopRequest) -> None:
        seen.append(sorted(SweepStore(store.root).trial(t.name).state for t in plan.asked))
        stop.signals.append(signal.SIGTERM)

    store = SweepStore(tmp_path / "smoke")
    plan = plan_of(store)
    run_sweep(store, plan, InProcess(before), lambda event: None)
    assert seen[0] == ["pending", "pending"]


@pytest.mark.parametrize(
    ("signals", "status"),
    [([signal.SIGINT], 130), ([signal.SIGTERM], 143), ([signal.SIGUSR2, signal.SIGINT], 143)],
)
def test_the_first_signal_decides_the_exit_status(tmp_path, signals, status):
    def before(job: Job, stop: StopRequest) -> None:
        if not stop:
            for number in signals:
                os.kill(os.getpid(), number)

    summary = execute(SweepStore(tmp_path / "smoke"), InProcess(before))
    assert summary.exit_status == status


def test_a_disk_that_takes_no_more_ends_the_sweep_with_its_own_message(copy):
    def before(job: Job, stop: StopRequest) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "results/smoke/x")

    shutil.rmtree(copy.root / "trials")
    with pytest.raises(DiskError, match=r"takes no more \(results/smoke/x: No space left") as told:
        execute(copy, InProcess(before))
    assert "run the same command again" in str(told.value)


@pytest.mark.parametrize(
    ("state", "retry", "ran"),
    [
        ("failed", ("failed",), True),
        ("failed", ("none",), False),
        ("failed", ("diverged",), False),
        ("diverged", ("failed",), False),
        ("diverged", ("failed", "diverged"), True),
    ],
)
def test_trials_are_tried_again_as_asked(copy, state, retry, ran):
    plan = plan_of(copy)
    name = plan.asked[0].name
    files = copy.trial(name)
    for path in (files.generator, files.path / "result.json"):
        path.unlink()
    write_png(files.checkpoints / "leftover.png", np.zeros((1, 1, 3), np.uint8))
    files.update_trial(state=state, cause="before")
    executor = InProcess(lambda job, stop: stop.signals.append(signal.SIGTERM))
    run_sweep(copy, plan, executor, executor.events.append, retry=retry)
    assert (name in executor.ran) == ran
    if state == "diverged":
        assert files.checkpoints.exists() != ran
        assert files.state == ("pending" if ran else "diverged")


def test_training_images_that_changed_are_refused_before_anything_is_written(copy):
    plan = plan_of(copy)
    keys = check_plan(copy, plan)
    copy.add_data_keys(keys)
    assert check_plan(copy, plan) == keys
    (copy.root / "shared" / "data.json").write_text('{"skimage": "other"}')
    with pytest.raises(DataError, match="expected the images that the sweep began with"):
        check_plan(copy, plan)
