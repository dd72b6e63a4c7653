import json
import math
from pathlib import Path

import pytest

from srgan_core.data.pairing import Pair
from sweep.scoring.external.batch import Outcome, Protocol
from sweep.scoring.external.scored_method import ScoredMethod
from sweep.tables.external_scores import write_scores


@pytest.fixture
def method() -> ScoredMethod:
    outcomes = (Outcome(Pair("a", Path("a.png")), {"psnr_y": math.inf, "psnr_rgb": 27.0}),)
    protocol = Protocol(("psnr_y", "psnr_rgb"), 4)
    return ScoredMethod("MyNet", "set5", protocol, outcomes, (), {"sr_folder": "x"}, {}, {})


def test_the_folder_is_made_and_both_files_are_named(method, tmp_path):
    written = write_scores([method], tmp_path / "out" / "s.csv")
    assert written == [tmp_path / "out" / "s.csv", tmp_path / "out" / "s.metrics.json"]
    header, row = written[0].read_text().splitlines()
    assert "psnr_y" in header.split(",")
    assert row.startswith("MyNet,")


def test_infinity_is_text_and_the_resize_rule_is_not_claimed(method, tmp_path):
    _, beside = write_scores([method], tmp_path / "s.csv")
    document = json.loads(beside.read_text(), parse_constant=pytest.fail)
    assert next(iter(document)) == "method"
    assert "resize" not in document
    record = document["datasets"]["set5"]
    assert record["means"] == {"psnr_y": "inf", "psnr_rgb": 27.0}
    assert record["sr_folder"] == "x"
