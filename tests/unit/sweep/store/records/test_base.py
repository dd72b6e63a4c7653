import math
from pathlib import Path

import pytest
from pydantic import Field

from sweep.errors import StoreError
from sweep.store.records.base import Columns, Record, VersionedRecord, decode, read_record


class Example(VersionedRecord):
    scores: Columns = Field(default_factory=dict)


class Strange(Record):
    REMEDY = "ask its author"


@pytest.mark.parametrize("value", [math.inf, -math.inf, 0.1, 5e-324])
def test_every_number_comes_back(value):
    record = Example(scores={"psnr_y": value})
    assert decode(record.encoded(), Example, Path("x")) == record


def test_not_a_number_comes_back():
    content = Example(scores={"niqe": math.nan}).encoded()
    assert b'"nan"' in content
    assert math.isnan(decode(content, Example, Path("x")).scores["niqe"])


@pytest.mark.parametrize("value", ['"high"', '"1.5"', "null", "true", "[]", "{}"])
def test_a_score_that_is_no_number_is_named(value):
    content = b'{"scores": {"psnr_y": %s}}' % value.encode()
    with pytest.raises(StoreError, match=r"x\.json: is damaged; delete it.*\(scores\.psnr_y: "):
        decode(content, Example, Path("x.json"))


@pytest.mark.parametrize("schema", ["2", "0", "null", '"1"', "[]"])
def test_a_foreign_version_is_refused(schema):
    content = b'{"schema": %s}' % schema.encode()
    with pytest.raises(StoreError, match=r"x\.json: expected schema 1, got .*; use the version"):
        decode(content, Example, Path("x.json"))


def test_absent_and_unknown_keys_stay_as_they_are():
    content = Example.model_validate({"later": [1, None]}).encoded()
    assert content == b'{\n "later": [\n  1,\n  null\n ]\n}\n'


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\x00", b"[" * 100_000, b"1"])
def test_the_remedy_is_that_of_the_record(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(StoreError, match=r"x\.json: is damaged; ask its author \(content: "):
        read_record(tmp_path / "x.json", Strange)


def test_no_file_is_no_record(tmp_path):
    assert read_record(tmp_path / "x.json", Example) is None


def test_a_file_that_cannot_be_read_is_not_called_damaged(tmp_path, monkeypatch):
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(StoreError, match=r"cannot be read \(Permission denied\)"):
        read_record(tmp_path / "x.json", Example)
