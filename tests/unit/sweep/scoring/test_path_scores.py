import json

import numpy as np
import pytest

from srgan_core.data.images import write_png
from srgan_core.networks import Generator
from sweep.scoring.evaluate import Scorer
from sweep.scoring.path_scores import PathRecorder, PathSet, add_step, path_records
from sweep.store.trial_folder import TrialFolder


@pytest.fixture
def pets(tmp_path) -> PathSet:
    """A test set of two tiny images."""
    rng = np.random.default_rng(0)
    for name in ("cat", "dog"):
        write_png(tmp_path / f"pets/hr/{name}.png", rng.integers(0, 256, (48, 48, 3), np.uint8))
        write_png(tmp_path / f"pets/lr/{name}.png", rng.integers(0, 256, (24, 24, 3), np.uint8))
    scorer = Scorer(["psnr_y"], 2)
    return PathSet("pets", ("cat", "dog"), tmp_path / "pets", lambda: scorer)


@pytest.fixture
def files(tmp_path) -> TrialFolder:
    return TrialFolder(tmp_path / "trials" / "x")


GENERATOR = Generator(2, channels=4, blocks=1).eval()


def test_a_step_is_scored_and_leaves_no_image(files, pets):
    PathRecorder(files, [pets], lambda: False)(10, GENERATOR)
    assert 0 < files.read_path().root[10]["pets"]["psnr_y"] < 30
    assert not list(files.path.rglob("*.png"))


def test_a_step_that_was_scored_before_is_left_alone(files, pets):
    add_step(files, 10, "pets", [{"psnr_y": 20.0}, {"psnr_y": 30.0}])
    PathRecorder(files, [pets], lambda: False)(10, GENERATOR)
    assert files.read_path().root == {10: {"pets": {"psnr_y": 25.0}}}


def test_a_step_that_a_stop_interrupts_is_not_recorded(files, pets):
    answers = iter([False, True])
    PathRecorder(files, [pets], lambda: next(answers))(10, GENERATOR)
    assert files.read_path().root == {}


def test_steps_stay_in_their_order_and_become_rows(files):
    for step in (100, 20):
        add_step(files, step, "pets", [{"psnr_y": float("inf"), "niqe": float("nan")}])
    assert list(json.loads((files.path / "path.json").read_text())) == ["20", "100"]
    first, second = path_records(files)
    assert (first["trial"], first["step"], first["dataset"]) == ("x", 20, "pets")
    assert second["psnr_y"] == float("inf")
