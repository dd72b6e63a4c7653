"""What records tell about files that were lost, cut off or swapped."""

import pytest

from srgan_core.files import file_sha256
from sweep.store.intact import (
    generator_loss,
    has_discriminator,
    has_generator,
    is_damaged,
    is_intact,
    lost_images,
)
from sweep.store.records.result import ResultRecord
from sweep.store.trial_folder import TrialFolder

SCORED = {"pets": {"cat": {"psnr_y": 30.0}}}


@pytest.fixture
def files(tmp_path) -> TrialFolder:
    files = TrialFolder(tmp_path)
    files.generator.write_bytes(b"weights")
    return files


def test_a_file_is_intact_with_its_recorded_hash_alone(files):
    digest = file_sha256(files.generator)
    assert is_intact(files.generator, digest)
    assert is_intact(files.generator, None)
    assert not is_intact(files.generator, "ab" * 32)
    assert not is_intact(files.discriminator, None)


def test_a_generator_is_known_by_its_result(files):
    own = ResultRecord(generator_sha256=file_sha256(files.generator))
    other = ResultRecord(generator_sha256="ab" * 32)
    assert has_generator(files, own)
    assert not has_generator(files, other)
    assert (is_damaged(files, own), is_damaged(files, other)) == (False, True)
    assert "records (abababababab), got another or a damaged file" in generator_loss(files, other)
    files.generator.unlink()
    # What is gone is no damage: published folders keep few generators.
    assert not is_damaged(files, other)
    assert "found none; put a copy back" in generator_loss(files, other)


def test_a_damaged_discriminator_damages_its_pair(files):
    result = ResultRecord(discriminator_sha256="ab" * 32)
    assert not is_damaged(files, result)
    files.discriminator.write_bytes(b"half")
    assert not has_discriminator(files, result)
    assert is_damaged(files, result)


def test_images_of_a_set_without_scores_are_those_of_another_generator(files):
    image = files.images("pets") / "cat.png"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"IEND\xaeB`\x82")
    assert lost_images(files, ResultRecord(), "pets", ["cat"]) == ("cat",)
    assert lost_images(files, ResultRecord(scores=SCORED), "pets", ["cat"]) == ()
