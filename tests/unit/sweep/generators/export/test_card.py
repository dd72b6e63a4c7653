from __future__ import annotations

import json

import pytest
import torch

from srgan_core.inference import load_generator, save_generator
from srgan_core.networks import Generator
from sweep.generators.export.card import model_card, read_origin
from sweep.store.folder import REFERENCE_FILE, SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.records.scores import ReferenceScores

SPEC = {
    "scale": 2,
    "content": "vgg22",
    "adversarial_weight": 0.00001,
    "pixel_weight": 1.0,
    "content_weight": 0.006,
    "seed": 3,
    "init_sha256": "ab" * 32,
    "data": {"sources": {"folder:a|b": 0.5, "skimage": 0.5}},
    "training": {
        "steps": 7,
        "batch_size": 8,
        "patch_size": 64,
        "learning_rate": 1e-4,
        "schedule": "cosine",
        "precision": "float32",
    },
}


@pytest.fixture
def file(tmp_path):
    folder = SweepStore(tmp_path / "results").trial("<script>alert(1)</script>".replace("/", "-"))
    torch.manual_seed(0)
    save_generator(folder.generator, Generator(2, channels=4, blocks=1))
    return folder.generator


@pytest.fixture
def card(tmp_path, file):
    store = SweepStore(tmp_path / "results")
    folder = store.trial(file.parent.name)
    folder.update_trial(state="done", spec=SPEC)
    scores = {"a": {"psnr_y": 20.0, "niqe": 5.0}, "b": {"psnr_y": 30.0, "niqe": 7.0}}
    folder.write_result(ResultRecord(scores={"set5": scores}))
    store.write_reference_scores("set5", ReferenceScores(bicubic={"a": {"psnr_y": 28.5}}))
    exported = tmp_path / "sr.onnx"
    exported.write_bytes(b"exported")
    return model_card(read_origin(file), load_generator(file, None), {exported: 3e-6})


def test_scores_are_means_beside_the_references(card):
    assert "Means over the 2 images of set5." in card
    assert "| this generator | 25.00 | 6.000 |" in card
    assert "| bicubic | 28.50 | \N{EN DASH} |" in card


def test_training_and_files_are_told(card):
    for words in (
        "vgg22",
        "| adversarial coefficient λ | 0.00001 |",
        "| seed | 3 |",
        "8 patches of 64 px",
        "`sr.onnx`",
        "3.0e-06",
        "ab" * 32,
    ):
        assert words in card
    assert "## Limits" in card


@pytest.mark.parametrize(
    ("discriminator", "words"),
    [
        ("cd" * 32, f"generator {'ab' * 32}, discriminator {'cd' * 32}"),
        (None, f"generator {'ab' * 32}; λ 0 takes no discriminator"),
    ],
)
def test_a_trial_from_a_pair_names_the_pair_and_its_discriminator(
    tmp_path, file, discriminator, words
):
    folder = SweepStore(tmp_path / "results").trial(file.parent.name)
    spec = SPEC | {"init_discriminator_sha256": discriminator}
    folder.update_trial(state="done", start="srgan", spec=spec)
    card = model_card(read_origin(file), load_generator(file, None), {})
    assert f"| started from | the pair srgan-s3: {words} |" in card


def test_names_are_not_markup(card):
    assert "<script>" not in card
    assert "&lt;script&gt;" in card
    assert "folder:a\\|b" in card


def test_a_bare_file_says_that_nothing_is_known(tmp_path, file):
    bare = file.rename(tmp_path / "bare.safetensors")
    card = model_card(read_origin(bare), load_generator(bare, None), {})
    assert "---\n\n# bare\n" in card
    assert "No record of its training" in card
    assert "It has not been scored." in card


def test_an_rmse_is_combined_as_in_the_tables(tmp_path, file):
    store = SweepStore(tmp_path / "results")
    folder = store.trial(file.parent.name)
    folder.update_trial(state="done", spec=SPEC)
    folder.write_result(ResultRecord(scores={"set5": {"a": {"rmse": 1.0}, "b": {"rmse": 7.0}}}))
    card = model_card(read_origin(file), load_generator(file, None), {})
    # The root of the mean of 1 and 49, where the mean of the values would be 4.
    assert "| this generator | 5.000 |" in card


def test_a_card_says_which_lr_it_was_trained_and_scored_on(tmp_path, file, card):
    assert "| LR | shrunk by bicubic interpolation alone |" in card
    assert "trained on images shrunk by MATLAB-style" in card
    store = SweepStore(tmp_path / "results")
    spec = SPEC | {"degradation": {"jpeg": {"quality": 30}}}
    store.trial(file.parent.name).update_trial(spec=spec)
    record = {"schema": 1, "scale": 2, "crop": None, "resize": "", "source_sha256": {}}
    words = {"low_resolution": "degraded: JPEG (quality 30)"}
    path = store.reference("set5") / REFERENCE_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record | words))
    other = model_card(read_origin(file), load_generator(file, None), {})
    assert "| LR | degraded: JPEG (quality 30), drawn for each patch |" in other
    assert "2 images of set5. LR is degraded: JPEG (quality 30); bicubic enlarges" in other
    assert "shrunk by MATLAB-style" not in other
