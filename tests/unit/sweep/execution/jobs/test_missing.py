"""What a test set lacks, whoever asks."""

from pathlib import Path

import pytest

from sweep.execution.jobs.missing import (
    Missing,
    TestSetJob,
    missing_of_reference,
    missing_of_trial,
)
from sweep.store.folder import TrialFolder
from sweep.store.records.result import Health, ResultRecord
from sweep.store.records.scores import ReferenceScores
from sweep.store.states import Method

COLUMNS = ("psnr_y", "niqe", "kid_patches")
PETS = TestSetJob("pets", ("cat", "dog"), COLUMNS, 4)
WHOLE = {"psnr_y": 30.0, "niqe": 5.0}
SET = {"pets": {"kid_patches": 0.1}}
MEASURED = Health(images={"pets": {"lr_psnr": 40.0}})


@pytest.fixture
def files(tmp_path: Path) -> TrialFolder:
    """A trial of which the generator is left."""
    files = TrialFolder(tmp_path)
    files.generator.touch()
    return files


def result(**changes: object) -> ResultRecord:
    scores = {"pets": {"cat": WHOLE, "dog": WHOLE}}
    return ResultRecord(**{"scores": scores, "set_scores": SET, "health": MEASURED, **changes})


def test_a_result_with_everything_lacks_nothing(files):
    missing = missing_of_trial(files, result(), PETS)
    assert missing == Missing((), (), health=False)
    assert not missing


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"scores": {}}, Missing(("psnr_y", "niqe"))),
        ({"scores": {"pets": {"cat": WHOLE, "dog": {"psnr_y": 1.0}}}}, Missing(("niqe",))),
        ({"scores": {"pets": {"cat": WHOLE}}}, Missing(("psnr_y", "niqe"))),
        ({"set_scores": {"others": {"kid_patches": 0.1}}}, Missing((), ("kid_patches",))),
        ({"health": Health()}, Missing((), (), health=True)),
    ],
)
def test_each_kind_of_gap_is_named(files, changes, expected):
    missing = missing_of_trial(files, result(**changes), PETS)
    assert missing == expected
    assert missing


def test_health_that_cannot_be_measured_any_more_is_not_missing(files):
    files.generator.unlink()
    assert not missing_of_trial(files, result(health=Health()), PETS)


def test_hr_itself_has_only_columns_without_reference():
    empty = ReferenceScores()
    assert missing_of_reference(empty, Method.ORIGINAL, PETS) == Missing(("niqe",))
    bicubic = Missing(("psnr_y", "niqe"), ("kid_patches",))
    assert missing_of_reference(empty, Method.BICUBIC, PETS) == bicubic
    images = {"cat": WHOLE, "dog": WHOLE}
    full = empty.with_method(Method.BICUBIC, images, {"kid_patches": 0.1})
    assert not missing_of_reference(full, Method.BICUBIC, PETS)
    assert missing_of_reference(full, Method.ORIGINAL, PETS)
