"""The engine's update against an independent transcription of the article's loop."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from srgan_core.losses import ADVERSARIAL_LOSSES


@pytest.fixture(scope="module")
def train_step() -> Iterator[ModuleType]:
    """The benchmark, which compares on the smallest batch and patch that its networks take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
        import train_step

        patch.setattr(train_step, "SMALL_BATCH", 2)
        patch.setattr(train_step, "SMALL_PATCH", 32)
        yield train_step


@pytest.mark.parametrize("content", ["mse", "vgg22", "vgg16-53"])
def test_gradients_are_those_of_the_article(train_step, content):
    assert train_step.largest_difference(content) < 1e-9


def test_a_wrong_weight_would_be_seen(train_step, monkeypatch):
    exact = ADVERSARIAL_LOSSES["offset"]
    monkeypatch.setitem(ADVERSARIAL_LOSSES, "offset", lambda logits: 1.001 * exact(logits))
    assert train_step.largest_difference("mse") > 1e-6
