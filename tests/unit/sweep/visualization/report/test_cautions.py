import pytest

from sweep.analysis.summary import DatasetScores
from sweep.visualization.report.cautions import cautions_of


def scores(images, **values):
    return DatasetScores("pets", ({"images": images, **values},), ())


@pytest.mark.parametrize(("images", "words"), [(1, "pets has 1 image, "), (9, "pets has 9 images")])
def test_too_few_images_are_said_with_what_they_leave_open(images, words):
    (caution,) = cautions_of(scores(images, psnr_y=30.0, niqe=None))
    assert caution.startswith(words)
    assert "no verdict" in caution


def test_enough_images_need_no_word():
    assert cautions_of(scores(10, psnr_y=30.0, niqe=5.0)) == []


def test_niqe_is_named_only_where_it_was_computed():
    assert "NIQE" in " ".join(cautions_of(scores(5, niqe=6.0)))
    assert "NIQE" not in " ".join(cautions_of(scores(5)))
