import json
import math
from pathlib import Path

import pytest

from srgan_core.files import write_atomically
from sweep.errors import StoreError
from sweep.store.records.result import ResultRecord
from sweep.store.records.trial import Attempt
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder


@pytest.fixture
def trial(tmp_path: Path) -> TrialFolder:
    return TrialFolder(tmp_path / "x")


def test_fields_of_a_record_are_kept_when_others_are_written(trial):
    assert (trial.state, trial.is_registered) == (State.PENDING, False)
    assert not trial.read_result().is_trained
    trial.update_trial(state=State.RUNNING, attempts=[Attempt(host="a")])
    trial.update_trial(state=State.DONE)
    document = {"schema": 1, "state": "done", "attempts": [{"host": "a"}]}
    assert trial.read_trial().document() == document
    assert (trial.state, trial.is_registered) == (State.DONE, True)


def test_keys_of_another_hand_are_kept(trial):
    write_atomically(trial.path / "trial.json", b'{"state": "running", "note": {"by": ["me"]}}')
    trial.update_trial(state=State.DONE)
    document = {"schema": 1, "state": "done", "note": {"by": ["me"]}}
    assert trial.read_trial().document() == document


def test_records_are_strict_json_even_with_infinity(trial):
    scores = {"psnr_y": math.inf, "niqe": math.nan, "worse": -math.inf, "ssim_y": 0.5}
    trial.write_result(ResultRecord(scores={"set": {"image": scores}}))

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    text = (trial.path / "result.json").read_text()
    json.loads(text, parse_constant=refuse)
    back = trial.read_result().scores["set"]["image"]
    assert back["psnr_y"] == math.inf
    assert back["worse"] == -math.inf
    assert math.isnan(back["niqe"])
    assert back["ssim_y"] == 0.5


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"[1]", b"{", b"1", b"[" * 100_000])
def test_a_damaged_record_is_named_with_its_remedy(trial, content):
    trial.path.mkdir(parents=True)
    (trial.path / "trial.json").write_bytes(content)
    with pytest.raises(
        StoreError, match=r"trial\.json: is damaged; put a copy back, or delete it and lose"
    ):
        trial.read_trial()


def test_a_folder_in_place_of_a_record_is_damage_too(trial):
    (trial.path / "result.json").mkdir(parents=True)
    with pytest.raises(StoreError, match="is damaged"):
        trial.read_result()


def test_dropping_checkpoints_twice_is_no_error(trial):
    (trial.checkpoints / "1").mkdir(parents=True)
    trial.drop_checkpoints()
    trial.drop_checkpoints()
    assert not trial.checkpoints.exists()
