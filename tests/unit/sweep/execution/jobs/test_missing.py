"""What a test set lacks, whoever asks."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from srgan_core.data.images import write_png
from srgan_core.files import file_sha256
from sweep.execution.jobs.missing import (
    Missing,
    TestSetJob,
    missing_of_reference,
    missing_of_trial,
)
from sweep.store.records.result import Health, ResultRecord
from sweep.store.records.scores import ReferenceScores
from sweep.store.states import Method
from sweep.store.trial_folder import TrialFolder

COLUMNS = ("psnr_y", "niqe", "kid_patches")
PETS = TestSetJob("pets", ("cat", "dog"), COLUMNS, 4)
WHOLE = {"psnr_y": 30.0, "niqe": 5.0}
SET = {"pets": {"kid_patches": 0.1}}
MEASURED = Health(images={"pets": {"lr_psnr": 40.0}})


@pytest.fixture
def files(tmp_path: Path) -> TrialFolder:
    """A trial whose generator and restored images are there."""
    files = TrialFolder(tmp_path)
    files.generator.touch()
    for name in PETS.images:
        write_png(files.images("pets") / f"{name}.png", np.zeros((4, 4, 3), np.uint8))
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
        ({"scores": {}}, Missing(("psnr_y", "niqe"), images=("cat", "dog"))),
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
    shutil.rmtree(files.images("pets"))
    assert not missing_of_trial(files, result(health=Health()), PETS)


@pytest.mark.parametrize("damage", ["gone", "truncated", "empty", "swapped"])
@pytest.mark.parametrize("recorded", [True, False])
def test_an_image_that_is_not_the_scored_one_is_made_again(files, damage, recorded):
    folder = files.images("pets")
    hashes = {name: file_sha256(folder / f"{name}.png") for name in PETS.images}
    known = result(image_sha256={"pets": hashes} if recorded else {})
    assert not missing_of_trial(files, known, PETS)
    dog = folder / "dog.png"
    if damage == "gone":
        dog.unlink()
    elif damage == "swapped":
        write_png(dog, np.ones((4, 4, 3), np.uint8))
    else:
        dog.write_bytes(dog.read_bytes()[:40] if damage == "truncated" else b"")
    # Without a hash another whole image cannot be told from the scored one.
    lost = () if damage == "swapped" and not recorded else ("dog",)
    assert missing_of_trial(files, known, PETS) == Missing((), images=lost)


def test_images_are_not_made_again_by_another_generator(files):
    (files.images("pets") / "dog.png").unlink()
    assert not missing_of_trial(files, result(generator_sha256="ab" * 32), PETS)


def test_hr_itself_has_only_columns_without_reference():
    empty = ReferenceScores()
    assert missing_of_reference(empty, Method.ORIGINAL, PETS) == Missing(("niqe",))
    bicubic = Missing(("psnr_y", "niqe"), ("kid_patches",))
    assert missing_of_reference(empty, Method.BICUBIC, PETS) == bicubic
    images = {"cat": WHOLE, "dog": WHOLE}
    full = empty.with_method(Method.BICUBIC, images, {"kid_patches": 0.1})
    assert not missing_of_reference(full, Method.BICUBIC, PETS)
    assert missing_of_reference(full, Method.ORIGINAL, PETS)
