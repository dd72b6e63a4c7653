import json
import math
from pathlib import Path

import pytest

from sweep.errors import StoreError
from sweep.store.records.base import decode
from sweep.store.records.result import ResultRecord

FIRST = {"steps": 20, "scores": {"set5": {"baby": {"psnr_y": 30.0}}}}


def decoded(more: dict[str, object]) -> ResultRecord:
    return decode(json.dumps(FIRST | more).encode(), ResultRecord, Path("result.json"))


@pytest.mark.parametrize("more", [{}, {"steps": None}, {"grad_adv": 1}, {"health": {"images": {}}}])
def test_a_document_with_the_right_types_is_sound(more):
    record = decoded({"set_scores": {"set5": {"kid_patches": "nan"}}} | more)
    assert record.is_trained
    assert math.isnan(record.set_scores["set5"]["kid_patches"])


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"steps": 1.5}, "steps"),
        ({"generator_sha256": 1}, "generator_sha256"),
        ({"train_seconds": "1"}, "train_seconds"),
        ({"scores": {"set5": {"baby": 1.0}}}, "scores.set5.baby"),
        ({"scores": {"set5": {"baby": {"psnr_y": "high"}}}}, "scores.set5.baby.psnr_y"),
        ({"set_scores": {"set5": {"kid_patches": {}}}}, "set_scores.set5.kid_patches"),
        ({"health": {"training": {"d_real": None}}}, "health.training.d_real"),
        ({"health": 1}, "health"),
        ({"schema": 2}, "expected schema 1, got 2"),
    ],
)
def test_a_document_with_a_wrong_type_names_it(more, field):
    with pytest.raises(StoreError, match=field.replace(".", r"\.")):
        decoded(more)


def test_a_document_without_steps_is_not_trained():
    assert not ResultRecord(scores={}).is_trained


def test_what_is_added_leaves_the_rest():
    record = decoded({}).with_scores("pets", {"cat": {"niqe": 5.0}})
    record = record.with_set_scores("pets", {"kid": 1.0}).with_set_scores("pets", {"fid": 2.0})
    record = record.with_health({"d_real": 0.5}, "pets", {"lr_psnr": 40.0})
    assert record.scores.keys() == {"set5", "pets"}
    assert record.set_scores == {"pets": {"kid": 1.0, "fid": 2.0}}
    assert record.health.measures("pets") == {"d_real": 0.5, "lr_psnr": 40.0}
    assert record.health.measures("other") == {"d_real": 0.5}
