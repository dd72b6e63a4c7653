import json
import math

import numpy as np
import pytest

from srgan_core.data.images import write_png
from sweep.scoring.health.trial_health import can_measure_health, with_health
from sweep.store.records.result import ResultRecord
from sweep.store.trial_folder import TrialFolder


@pytest.fixture
def files(tmp_path) -> TrialFolder:
    """A trial that restored one flat image, with one line in its log."""
    files = TrialFolder(tmp_path / "x")
    write_png(files.images("pets") / "cat.png", np.full((64, 64, 3), 90, np.uint8))
    write_png(tmp_path / "lr" / "cat.png", np.full((16, 16, 3), 90, np.uint8))
    files.log.write_text(json.dumps({"step": 1, "iteration": 1, "d_real": 0.9, "d_fake": 0.1}))
    return files


def test_measures_survive_the_record(files):
    assert can_measure_health(files, "pets", ["cat"])
    lr = files.path.parent / "lr"
    files.write_result(with_health(files, ResultRecord(steps=1), "pets", ["cat"], lr, 4))
    health = files.read_result().health
    measures = health.measures("pets")
    assert measures["lr_psnr"] == math.inf
    assert (measures["d_real"], measures["d_fake"]) == (0.9, 0.1)
    assert health.measures("other").keys() == {"d_real", "d_fake"}


def test_what_is_gone_is_not_asked_for(files):
    assert not can_measure_health(files, "pets", ["cat", "dog"])
    files.generator.touch()
    assert can_measure_health(files, "pets", ["cat", "dog"])


def test_an_older_record_has_no_measures():
    assert ResultRecord(steps=1).health.measures("pets") == {}
