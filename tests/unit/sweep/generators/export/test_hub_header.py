from __future__ import annotations

import math
from pathlib import Path

import pytest
import yaml

from sweep.generators.export.hub_header import hub_header

SCORES = {
    "set5": {"psnr_y": 29.021234, "lpips_alex": 0.136912345, "niqe": math.inf},
    "photos": {"psnr_y": 27.5},
    "flat": {"niqe": math.nan},
}


def head_of(text: str) -> dict:
    start, head, end = text.split("---")
    assert (start, end) == ("", "")
    return yaml.safe_load(head)


@pytest.fixture
def text() -> str:
    return hub_header("mse-adv0.001-s0", 4, SCORES, [Path("sr.onnx")], is_own=True)


def test_scores_stand_in_the_model_index(text):
    (model,) = head_of(text)["model-index"]
    assert model["name"] == "mse-adv0.001-s0"
    set5, photos = model["results"]
    assert set5["task"] == {"type": "image-to-image", "name": "Super-resolution, x4"}
    assert set5["dataset"] == {"name": "set5", "type": "eugenesiow/Set5"}
    assert [(each["type"], each["value"]) for each in set5["metrics"]] == [
        ("psnr_y", 29.0212),
        ("lpips_alex", 0.136912),
    ]
    assert photos["dataset"] == {"name": "photos", "type": "photos"}


def test_the_rest_says_what_it_is(text):
    head = head_of(text)
    assert head["library_name"] == "srgan-sweep"
    assert head["pipeline_tag"] == "image-to-image"
    assert head["tags"] == ["super-resolution", "srgan", "onnx"]
    assert head["metrics"] == ["lpips", "psnr"]


def test_a_network_of_others_without_scores_claims_neither():
    head = head_of(hub_header("other", 2, {}, [Path("sr.pt2")], is_own=False))
    assert head == {"pipeline_tag": "image-to-image", "tags": ["super-resolution"]}


def test_the_hubs_own_library_reads_it(text):
    hub = pytest.importorskip("huggingface_hub")
    data = hub.ModelCard(f"{text}\n\n# Card\n").data
    assert data.model_name == "mse-adv0.001-s0"
    assert [(result.dataset_type, result.metric_type) for result in data.eval_results] == [
        ("eugenesiow/Set5", "psnr_y"),
        ("eugenesiow/Set5", "lpips_alex"),
        ("photos", "psnr_y"),
    ]


@pytest.mark.parametrize("name", ["a: b", "- x", "#1", "'", '"', "null", "1e3", "λ"])
def test_any_name_is_a_name(name):
    (model,) = head_of(hub_header(name, 4, SCORES, [], is_own=True))["model-index"]
    assert model["name"] == name
