import os
from pathlib import Path

import pytest
import torch

from srgan_core.errors import WeightsError
from srgan_core.inference import save_generator
from srgan_core.networks import Generator
from srgan_core.weights.tensor_files import read_metadata, read_tensors, require_fit

WANTED = {"a": torch.zeros(2, 3), "b": torch.zeros(1)}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "generator.safetensors"
    save_generator(path, Generator(4, channels=4, blocks=1), notes="made for a test")
    return path


def test_metadata_and_tensors_are_read(saved):
    metadata, tensors = read_tensors(saved)
    assert metadata == read_metadata(saved)
    assert metadata["notes"] == "made for a test"
    assert tensors.keys() == Generator(4, channels=4, blocks=1).state_dict().keys()


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ({"a": WANTED["a"]}, "it lacks 'b'"),
        (WANTED | {"c": WANTED["b"]}, "there is no place for 'c'"),
        (WANTED | {"a": torch.zeros(3, 2)}, r"'a': expected \(2, 3\), got \(3, 2\)"),
    ],
)
def test_weights_that_do_not_fit_are_named_in_one_line(found, problem):
    with pytest.raises(WeightsError, match=f"x: does not fit N: {problem}; get the file") as raised:
        require_fit("x", "N", WANTED, found)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("read", [read_tensors, read_metadata])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, read):
    os.mkfifo(tmp_path / "pipe.safetensors")
    with pytest.raises(WeightsError, match=r"pipe\.safetensors: not a regular file but a FIFO"):
        read(tmp_path / "pipe.safetensors")


@pytest.mark.parametrize("read", [read_tensors, read_metadata])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><body>404", "but a web page .HTML.; download the file itself"),
        (b"version https://git-lfs.github.com/spec/v1\n", "but a Git-LFS pointer, .*git lfs pull"),
        (b"root:x:0:0:root:/root:/bin/bash\n", "but text; get the file again or give another"),
        (b"", "but an empty file; get the file again or give another"),
    ],
    ids=["page", "pointer", "text", "empty"],
)
def test_a_file_of_another_kind_is_named(tmp_path: Path, read, content: bytes, said: str):
    (tmp_path / "x.safetensors").write_bytes(content)
    with pytest.raises(WeightsError, match=f"not a whole safetensors file {said}"):
        read(tmp_path / "x.safetensors")


def test_a_checkpoint_of_torch_save_is_named_with_what_reads_it(tmp_path: Path):
    torch.save(WANTED, tmp_path / "x.pth")
    with pytest.raises(WeightsError, match=r"torch\.save .*`sweep score --generator` and .* read"):
        read_tensors(tmp_path / "x.pth")
