"""Two folders become one where they could have come about in one."""

import pytest

from srgan_core.files import write_atomically
from sweep.config.loading import load_config
from sweep.errors import StoreError
from sweep.store.folder import SweepStore
from sweep.store.grid import stored_trials
from sweep.store.merging import merge_sweep
from sweep.store.records.base import SCHEMA, write_record
from sweep.store.records.folder import ReferenceRecord
from sweep.store.records.placement import PlacedPoint, Placement, Placements
from sweep.store.records.result import ResultRecord


def result(value: float = 30.0, dataset: str = "pets") -> ResultRecord:
    scores = {dataset: {"cat": {"psnr_y": value}}}
    return ResultRecord(steps=20, scores=scores, generator_sha256="ab")


def make(folder, seed, **overrides) -> SweepStore:
    """A sweep of one seed with one trial that is done."""
    store = SweepStore(folder)
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    store.write_config(load_config("smoke", {"grid.seeds": [seed], **changes}))
    files = store.trial(f"mse-adv0-s{seed}-aa")
    files.update_trial(state="done", seed=seed)
    files.write_result(result())
    write_atomically(files.images("pets") / "cat.png", b"image")
    write_atomically(files.path / ".run.json", b"{}")
    store.generator(f"srresnet-s{seed}").update_trial(state="done", recipe="file:ab")
    store.add_data_keys({"skimage": "photographs"})
    record = ReferenceRecord(
        schema_version=SCHEMA, scale=4, crop=None, resize="rule", source_sha256={"cat": "ab"}
    )
    write_record(store.reference("pets") / "reference.json", record)
    return store


@pytest.fixture
def target(tmp_path) -> SweepStore:
    return make(tmp_path / "a", 0)


@pytest.fixture
def source(tmp_path) -> SweepStore:
    return make(tmp_path / "b", 1)


def contents(store) -> dict[str, bytes]:
    files = (path for path in store.root.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files if path.suffix != ".lock"}


def test_the_trials_of_both_stand_in_one_sweep(target, source):
    merged = merge_sweep(target, source)
    assert merged.trials == ("mse-adv0-s1-aa",)
    assert target.read_config().grid.seeds == (0, 1)
    assert target.generator("srresnet-s1").read_trial().recipe == "file:ab"
    files = target.trial("mse-adv0-s1-aa")
    assert files.read_result() == result()
    assert (files.images("pets") / "cat.png").read_bytes() == b"image"
    assert not (files.path / ".run.json").exists()
    before = contents(target)
    assert merge_sweep(target, source).trials == ()
    assert contents(target) == before


def test_what_was_placed_in_either_is_in_the_whole(target, source):
    def placements(adv: float) -> Placements:
        point = PlacedPoint(start="srresnet", content="mse", adv=adv, low=0.0, high=1.0, gap=1.0)
        decision = Placement(dataset="x", axes=("x", "y"), ideal=None, nadir=None, points=(point,))
        return Placements().with_decision(decision, 1)

    source.write_placements(placements(0.1))
    merge_sweep(target, source)
    assert target.read_placements() == source.read_placements()
    target.write_placements(placements(0.2))
    merge_sweep(target, source)
    assert target.read_placements().coefficients == {("srresnet", "mse", ()): [0.2, 0.1]}
    trials, _ = stored_trials(target, target.read_config())
    names = {trial.name.rpartition("-")[0] for trial in trials}
    assert {"mse-adv0.1-s0", "mse-adv0.2-s1"} < names


def test_a_folder_that_is_not_there_is_made(tmp_path, source):
    target = SweepStore(tmp_path / "new")
    assert merge_sweep(target, source).others == ("reference/pets",)
    assert target.read_config() == source.read_config()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("config", r"another config; different: adversarial\.steps"),
        ("data", "other images of data source skimage"),
        ("reference", "other images of test set 'pets'"),
        ("start", r"srresnet-s0 holds \(recipe differ\)"),
        ("result", r"mse-adv0-s0-aa holds \(scores\.pets\.cat\.psnr_y differ\)"),
    ],
)
def test_what_could_not_have_come_about_in_one_folder_is_refused(tmp_path, target, change, message):
    other = make(tmp_path / "c", 0, adversarial__steps=21 if change == "config" else 20)
    if change == "data":
        other.data_file.write_text('{"skimage": "others"}')
    elif change == "reference":
        record = other.read_reference("pets").model_copy(update={"source_sha256": {"cat": "cd"}})
        write_record(other.reference("pets") / "reference.json", record)
    elif change == "start":
        other.generator("srresnet-s0").update_trial(recipe="file:cd")
    elif change == "result":
        write_record(other.trial("mse-adv0-s0-aa").path / "result.json", result(31.0))
    before = contents(target)
    with pytest.raises(StoreError, match=message):
        merge_sweep(target, other)
    assert contents(target) == before


def test_scores_on_another_set_are_added_to_a_trial_that_both_have(tmp_path, target):
    other = make(tmp_path / "c", 0)
    files = other.trial("mse-adv0-s0-aa")
    (files.path / "result.json").unlink()
    files.write_result(result(28.0, "cars"))
    write_atomically(files.images("cars") / "cat.png", b"car")
    merge_sweep(target, other)
    known = target.trial("mse-adv0-s0-aa")
    assert set(known.read_result().scores) == {"pets", "cars"}
    assert (known.images("cars") / "cat.png").is_file()


@pytest.mark.parametrize(
    ("mine", "theirs", "kept"),
    [
        ("interrupted", "done", "done"),
        ("interrupted", "interrupted", "mine"),
        ("done", "interrupted", "done"),
    ],
)
def test_what_is_finished_stands_for_what_is_not(tmp_path, target, mine, theirs, kept):
    other = make(tmp_path / "c", 0)
    for store, state, cause in ((target, mine, "mine"), (other, theirs, "theirs")):
        files = store.trial("mse-adv0-s0-aa")
        files.update_trial(state=state, cause=cause if state != "done" else None)
        if state != "done":
            (files.path / "result.json").unlink()
    merge_sweep(target, other)
    record = target.trial("mse-adv0-s0-aa").read_trial()
    assert (record.cause or record.state) == kept
