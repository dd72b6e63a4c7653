import math

import pytest

from srgan_core.errors import DataError
from sweep.metrics.registry import DEFAULT_GROUPS, columns_for
from sweep.scoring.known_answers import (
    IMAGES,
    KNOWN_ANSWERS,
    TOLERANCES,
    KnownAnswer,
    Verdict,
    find_images,
)

ANSWER = KnownAnswer("psnr_y", "bicubic", "", 28.43, "somewhere")


def test_every_usual_column_has_a_known_answer():
    assert tuple(TOLERANCES) == columns_for(DEFAULT_GROUPS)
    assert {answer.column for answer in KNOWN_ANSWERS} == set(TOLERANCES)


@pytest.mark.parametrize("column", ["psnr_y", "lpips_alex"])
def test_the_rows_of_single_images_agree_with_the_value_of_the_set(column):
    rows = [answer for answer in KNOWN_ANSWERS if answer.column == column]
    (of_set,) = (answer.expected for answer in rows if not answer.image)
    single = [answer.expected for answer in rows if answer.image]
    assert [answer.image for answer in rows if answer.image] == list(IMAGES)
    assert sum(single) / 5 == pytest.approx(of_set, abs=TOLERANCES[column])


@pytest.mark.parametrize(
    ("got", "right"), [(28.4314, True), (28.439, True), (28.445, False), (math.nan, False)]
)
def test_a_score_is_right_within_its_tolerance(got, right):
    assert Verdict(ANSWER, got).is_right == right


@pytest.mark.usefixtures("own_cache")
def test_without_set5_it_says_where_to_put_it(monkeypatch, tmp_path):
    monkeypatch.setenv("SWEEP_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"five HR images into \$SWEEP_DATA/Set5"):
        find_images()


@pytest.mark.usefixtures("own_cache")
def test_five_images_of_other_names_are_not_taken_for_set5(monkeypatch, tmp_path):
    (tmp_path / "Set5").mkdir()
    for name in "abcde":
        (tmp_path / "Set5" / f"{name}.png").touch()
    monkeypatch.setenv("SWEEP_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"expected the images baby, bird, .* got a, b, c, d, e"):
        find_images()
