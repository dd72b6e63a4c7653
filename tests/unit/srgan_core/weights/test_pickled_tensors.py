from collections.abc import Callable
from pathlib import Path

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
