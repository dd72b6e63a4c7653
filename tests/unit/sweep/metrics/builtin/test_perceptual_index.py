import pytest

from sweep.metrics.builtin import perceptual_index
from sweep.metrics.builtin.perceptual_index import combine
from sweep.metrics.registry import METRICS


def test_the_perceptual_index_is_the_rule_of_pirm():
    assert combine(niqe=5.0, ma=8.0) == 3.5
    # Linear, so the mean of the index is the index of the means.
    images = [(5.0, 8.0), (7.5, 6.0)]
    mean = sum(combine(*image) for image in images) / 2
    assert mean == combine(6.25, 7.0)


@pytest.mark.parametrize("crop_border", [4, 2])
def test_both_parts_see_the_same_image_and_border(monkeypatch, crop_border):
    asked = []

    def load_ma(device, border):
        return lambda sr, hr, image: asked.append(("ma", sr, border)) or 8.0

    class Niqe:
        def __init__(self, device, color_space):
            assert color_space == "ycbcr"

        def __call__(self, sr, border):
            asked.append(("niqe", sr, border))
            return 5.0

    monkeypatch.setattr(perceptual_index, "MA", load_ma)
    monkeypatch.setattr(perceptual_index, "Niqe", Niqe)
    assert METRICS["pi"].load("cpu", crop_border)("image", "reference", "name") == 3.5
    assert asked == [("niqe", "image", crop_border), ("ma", "image", crop_border)]
