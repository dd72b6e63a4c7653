import json
import math
from pathlib import Path

import pytest

from sweep.errors import StoreError
from sweep.store.records.base import decode
from sweep.store.records.scores import CurveRecord, PathRecord

CURVE = CurveRecord(schema_version=1, first="a", second="b", space="weights", ends={}, scores={})


def test_a_curve_with_other_ends_begins_anew():
    record = CURVE.begun("pets", ("1", "2")).with_image("pets", "0.5", "cat", {"psnr_y": 30.0})
    record = record.with_image("pets", "0.5", "cat", {"niqe": math.inf})
    assert record.begun("pets", ("1", "2")) is record
    assert record.scores == {"pets": {"0.5": {"cat": {"psnr_y": 30.0, "niqe": math.inf}}}}
    assert record.begun("pets", ("1", "3")).scores == {"pets": {}}


def test_a_curve_keeps_the_keys_of_its_file():
    record = CURVE.begun("pets", ("1", "2"))
    document = json.loads(record.encoded())
    assert list(document) == ["schema", "from", "to", "space", "ends", "scores"]
    assert decode(record.encoded(), CurveRecord, Path("x")) == record


def test_a_path_stays_in_the_order_of_its_steps():
    record = PathRecord().with_means(100, "pets", {"niqe": math.nan})
    record = record.with_means(20, "pets", {"niqe": 5.0}).with_means(100, "set5", {"niqe": 4.0})
    assert json.loads(record.encoded()) == {
        "20": {"pets": {"niqe": 5.0}},
        "100": {"pets": {"niqe": "nan"}, "set5": {"niqe": 4.0}},
    }
    assert list(decode(record.encoded(), PathRecord, Path("x")).root) == [20, 100]


@pytest.mark.parametrize("content", [b"[]", b'{"last": {}}', b'{"1": {"pets": {"niqe": "x"}}}'])
def test_a_damaged_path_says_what_goes_with_it(content):
    with pytest.raises(StoreError, match="delete it; the trial's scores on the way are gone"):
        decode(content, PathRecord, Path("path.json"))
