import math
from pathlib import Path

import pytest

from srgan_core.data.pairing import Pair
from sweep.scoring.external.batch import Outcome, Protocol
from sweep.scoring.external.scored_method import ScoredMethod


def scored(*outcomes: Outcome) -> ScoredMethod:
    protocol = Protocol(("psnr_y", "niqe"), 4)
    hashes = {"a": "00"}
    return ScoredMethod("MyNet", "set5", protocol, outcomes, (), {"sr_folder": "x"}, hashes, {})


def outcome(name: str, problem: str = "", **scores: float) -> Outcome:
    return Outcome(Pair(name, Path(f"{name}.png")), scores, problem)


@pytest.mark.parametrize(
    ("other", "whole"),
    [
        (outcome("b", psnr_y=27.0, niqe=math.nan), True),
        (outcome("b", psnr_y=math.nan, niqe=math.nan), False),
        (outcome("b", "damaged"), False),
    ],
)
def test_it_is_whole_when_every_image_has_a_value(other, whole):
    assert scored(outcome("a", psnr_y=28.0), other).is_whole is whole


def test_its_record_has_the_scores_of_each_image_and_where_they_come_from():
    record = scored(outcome("a", psnr_y=28.0), outcome("b", "damaged")).record()
    assert (record.method, record.dataset) == ("MyNet", "set5")
    assert record.scores == {"a": {"psnr_y": 28.0}}
    assert record.provenance["sr_folder"] == "x"
    assert record.provenance["sr_sha256"] == {"a": "00"}
    assert record.provenance["problems"] == {"b": "damaged"}
