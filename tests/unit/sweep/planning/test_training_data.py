"""Training images are needed where something trains, and named where they are missing."""

import pytest

from sweep.config.grid import expand, starts_of
from sweep.config.loading import load_config
from sweep.config.names import StartKind
from sweep.planning.training_data import (
    AbsentDataError,
    absence_notes,
    is_training_left,
    require_folders,
)
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord

CONFIG = load_config("smoke", {"device": "cpu", "grid.adv": [1e-3], "grid.control": False})
STARTS = starts_of(CONFIG, 0, {StartKind.SRRESNET: "ab"})
TRIALS = expand(CONFIG, STARTS)


@pytest.mark.parametrize(
    ("state", "trained", "retry", "left"),
    [
        ("pending", False, ("failed",), True),
        ("interrupted", False, ("failed",), True),
        ("trained", False, ("failed",), False),
        ("scored", True, ("failed",), False),
        ("done", True, ("failed",), False),
        ("done", False, ("failed",), True),
        ("failed", False, ("failed",), True),
        ("failed", True, ("failed",), False),
        ("failed", False, (), False),
        ("diverged", False, ("failed",), False),
        ("diverged", False, ("diverged",), True),
    ],
)
def test_what_is_trained_and_what_nobody_tries_again_is_not_left(
    tmp_path, state, trained, retry, left
):
    store = SweepStore(tmp_path)
    files = store.trial(TRIALS[0].name)
    files.update_trial(state=state)
    if trained:
        files.write_result(ResultRecord(steps=20, scores={}))
    assert is_training_left(store, TRIALS, STARTS, retry) is left


def test_a_start_that_is_to_be_trained_is_left(tmp_path):
    config = load_config(
        "smoke",
        {"device": "cpu", "srresnet.start": "train", "srresnet.training": {"steps": 2}},
    )
    starts = starts_of(config, 0, {StartKind.SRRESNET: None})
    assert is_training_left(SweepStore(tmp_path), (), starts)


@pytest.mark.parametrize("place", ["photos", "/nowhere/photos"])
def test_a_folder_that_is_not_there_is_named_as_it_was_looked_for(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    config = load_config("smoke", {"data.sources": {"skimage": 0.5, f"folder:{place}": 0.5}})
    with pytest.raises(AbsentDataError, match=f"no such folder {tmp_path / place}") as refused:
        require_folders(config)
    assert ("seen from" in str(refused.value)) is (place == "photos")
    (note,) = absence_notes(config)
    assert "nothing is to be trained" in note


def test_a_folder_that_is_there_is_no_matter(tmp_path):
    config = load_config("smoke", {"data.sources": {f"folder:{tmp_path}": 1}})
    require_folders(config)
    assert absence_notes(config) == []


def test_both_folders_of_pairs_have_to_be_there(tmp_path):
    (tmp_path / "lr").mkdir()
    config = load_config("smoke", {"data.sources": {f"pairs:{tmp_path}/lr,{tmp_path}/hr": 1}})
    with pytest.raises(AbsentDataError, match=f"no such folder {tmp_path}/hr"):
        require_folders(config)
