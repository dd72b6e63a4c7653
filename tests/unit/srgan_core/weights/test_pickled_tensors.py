import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from srgan_core.errors import WeightsError
from srgan_core.weights.pickled_tensors import read_pickled_tensors


class Touch:
    """Creates a file when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return Path.touch, (self.canary,)


@pytest.mark.parametrize("zipped", [True, False], ids=["zip format", "legacy format"])
def test_tensors_and_plain_values_come_back(
    to_pth: Callable[..., bytes], tmp_path: Path, zipped: bool
):
    path = tmp_path / "x.pth"
    state = {"weight": torch.arange(3.0), "epoch": 7}
    path.write_bytes(to_pth(state, _use_new_zipfile_serialization=zipped))
    document = read_pickled_tensors(path)
    assert document["epoch"] == 7
    assert torch.equal(document["weight"], state["weight"])


@pytest.mark.parametrize("zipped", [True, False], ids=["zip format", "legacy format"])
def test_code_is_refused_and_never_runs(to_pth: Callable[..., bytes], tmp_path: Path, zipped: bool):
    path, canary = tmp_path / "x.pth", tmp_path / "canary"
    state = {"weight": Touch(canary)}
    path.write_bytes(to_pth(state, _use_new_zipfile_serialization=zipped))
    with pytest.raises(WeightsError, match="expected tensors and plain values alone"):
        read_pickled_tensors(path)
    assert not canary.exists()


@pytest.mark.parametrize("zipped", [True, False], ids=["zip format", "legacy format"])
@pytest.mark.parametrize(
    "beside",
    [np.float64(30.1), np.float32(2), np.int64(7), np.bool_(1), np.arange(3.0), np.zeros((2, 2))],
    ids=["float64", "float32", "int64", "bool", "array", "matrix"],
)
def test_numpy_values_beside_the_weights_do_not_keep_them_from_being_read(
    to_pth: Callable[..., bytes], tmp_path: Path, zipped: bool, beside: object
):
    path, weight = tmp_path / "x.pth", torch.arange(3.0)
    document = {"best_psnr": beside, "state_dict": {"weight": weight}}
    path.write_bytes(to_pth(document, _use_new_zipfile_serialization=zipped))
    assert torch.equal(read_pickled_tensors(path)["state_dict"]["weight"], weight)


def test_reading_leaves_nothing_admitted_behind(to_pth: Callable[..., bytes], tmp_path: Path):
    path = tmp_path / "x.pth"
    path.write_bytes(to_pth({"best_psnr": np.float64(30.1)}))
    before = set(torch.serialization.get_safe_globals())
    read_pickled_tensors(path)
    assert set(torch.serialization.get_safe_globals()) == before


def test_what_is_not_admitted_is_named(to_pth: Callable[..., bytes], tmp_path: Path):
    path = tmp_path / "x.pth"
    path.write_bytes(to_pth({"options": argparse.Namespace(scale=4)}))
    with pytest.raises(WeightsError, match=r"names argparse\.Namespace, which may be code; save"):
        read_pickled_tensors(path)


def test_a_pickle_protocol_that_the_reader_lacks_is_said(tmp_path: Path):
    torch.save({"weight": torch.zeros(2)}, tmp_path / "x.pth", pickle_protocol=4)
    with pytest.raises(WeightsError, match=r"another pickle protocol .* with torch\.save$"):
        read_pickled_tensors(tmp_path / "x.pth")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html><html>", "got a web page .HTML.; download the file itself"),
        (b"version https://git-lfs.github.com/spec/v1\n", "got a Git-LFS pointer, .*git lfs pull"),
        (b"\x08\x08\x12\x07pytorch", "got an ONNX file; no command here reads one; give the"),
        (b"root:x:0:0:root:/root:/bin/bash\n", "got text; get the file again or give another"),
    ],
    ids=["page", "pointer", "onnx", "text"],
)
def test_a_file_of_another_kind_is_named_and_never_to_be_deleted(
    tmp_path: Path, content: bytes, said: str
):
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(WeightsError, match=said) as raised:
        read_pickled_tensors(tmp_path / "x.pth")
    assert "delete" not in str(raised.value)


def test_a_file_that_grows_beyond_the_limit_when_unpacked_is_refused(
    to_pth: Callable[..., bytes], tmp_path: Path
):
    path = tmp_path / "x.pth"
    path.write_bytes(to_pth({"weight": torch.zeros(1 << 19)}))
    with pytest.raises(WeightsError, match="expected at most 1 MB, got 2 MB"):
        read_pickled_tensors(path, largest=1 << 20)


def test_what_is_no_state_dict_is_named(tmp_path: Path):
    path = tmp_path / "x.pth"
    torch.save([torch.zeros(2)], path)
    with pytest.raises(WeightsError, match="expected a state dict, got list"):
        read_pickled_tensors(path)


def test_a_missing_file_says_so(tmp_path: Path):
    with pytest.raises(WeightsError, match=r"x\.pth: no such file"):
        read_pickled_tensors(tmp_path / "x.pth")
