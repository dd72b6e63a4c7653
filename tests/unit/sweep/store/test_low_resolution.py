import pytest

from srgan_core.data.degradation import Degradation
from srgan_core.training.config import TrainingSpec
from sweep.store.low_resolution import (
    RESIZE_RULE,
    degraded_words,
    given_words,
    low_resolution_note,
    reference_name,
    resize_rule,
    training_lr,
)

JPEG = Degradation.model_validate({"jpeg": {"quality": 30}})
GIVEN, DEGRADED = given_words("LR"), degraded_words(JPEG)


def test_lr_that_was_shrunk_alone_needs_no_words():
    assert resize_rule(None) == RESIZE_RULE
    assert (reference_name("LR", None), reference_name("bicubic", None)) == ("LR", "bicubic")
    assert low_resolution_note(None) == ""


@pytest.mark.parametrize(
    ("words", "lr", "bicubic"),
    [
        (GIVEN, "given LR", "bicubic of given LR"),
        (DEGRADED, "degraded LR", "bicubic of degraded LR"),
    ],
)
def test_lr_and_bicubic_are_called_after_how_lr_came_about(words, lr, bicubic):
    assert (reference_name("LR", words), reference_name("bicubic", words)) == (lr, bicubic)


def test_rules_and_notes_say_what_happened_to_lr():
    assert resize_rule(GIVEN).startswith("HR and LR as they are, LR the images of folder LR;")
    assert resize_rule(DEGRADED).startswith(RESIZE_RULE)
    assert "JPEG (quality 30)" in resize_rule(DEGRADED)
    assert low_resolution_note(DEGRADED) == (
        "LR is degraded: JPEG (quality 30), drawn by the name of the image; bicubic enlarges that "
        "LR."
    )


@pytest.mark.parametrize(
    ("sources", "degradation", "words"),
    [
        (["skimage"], None, "shrunk by bicubic interpolation alone"),
        (["skimage"], JPEG, "degraded: JPEG (quality 30), drawn for each patch"),
        (["pairs:a,b"], JPEG, "given, of pairs:a,b"),
        (
            ["pairs:a,b", "skimage"],
            None,
            "given, of pairs:a,b; of the others shrunk by bicubic interpolation alone",
        ),
    ],
)
def test_lr_of_a_training_is_worded(sources, degradation, words):
    spec = TrainingSpec(
        data={"sources": dict.fromkeys(sources, 1.0)},
        training={"steps": 1},
        degradation=degradation,
    )
    assert training_lr(spec) == words
