import io
import os
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from srgan_core.weights.file_kinds import FileKind, is_safetensors, kind_of


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return buffer.getvalue()


def saved(is_zip: bool) -> bytes:
    buffer = io.BytesIO()
    torch.save({"a": torch.zeros(2)}, buffer, _use_new_zipfile_serialization=is_zip)
    return buffer.getvalue()


CONTENTS = [
    (b"", FileKind.EMPTY),
    (b"<!DOCTYPE html>\n<html>", FileKind.HTML),
    (b"\xef\xbb\xbf \n<!-- moved --><HTML lang='en'>", FileKind.HTML),
    (b"<?xml version='1.0'?><!DOCTYPE  html PUBLIC>", FileKind.HTML),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n", FileKind.LFS),
    (b"\x08\x08\x12\x07pytorch\x1a\x052.6.0:\x80\x01", FileKind.ONNX),
    (b"\x08\x0a:\x80\x01\x0a\x10", FileKind.ONNX),
    (zipped("net/code/net.py", "net/constants.pkl", "net/data.pkl"), FileKind.TORCHSCRIPT),
    (zipped("archive/data/weights/weight_0", "archive/models/model.json"), FileKind.PROGRAM),
    (zipped("serialized_exported_program.json", "version"), FileKind.PROGRAM),
    (zipped("archive/models/model.json", "archive/data/constants/x"), FileKind.PROGRAM),
    (zipped("notes.txt"), FileKind.ZIP),
    (zipped("notes.txt")[:-4], FileKind.DAMAGED_ZIP),
    (saved(True), FileKind.TORCH),
    (saved(False), FileKind.TORCH),
    (pickle.dumps({"a": 1}), FileKind.TORCH),
    (save({"a": torch.zeros(2)}), FileKind.SAFETENSORS),
    (save({"a": torch.zeros(2)})[:-3], FileKind.SAFETENSORS),
    (b"\x89PNG\r\n\x1a\n\0", FileKind.IMAGE),
    (b"RIFF\0\0\0\0WEBPVP8 ", FileKind.IMAGE),
    (b"\x1f\x8b\x08\0", FileKind.PACKED),
    (b"\x89HDF\r\n\x1a\n\0", FileKind.HDF5),
    (b"root:x:0:0:root:/root:/bin/bash\n", FileKind.TEXT),
    ("\u00e9".encode() * 600, FileKind.TEXT),
    (b"a" + "\u00e9".encode() * 600, FileKind.TEXT),
    (bytes(range(256)), FileKind.UNKNOWN),
]


@pytest.mark.parametrize(("content", "kind"), CONTENTS, ids=range(len(CONTENTS)))
def test_the_first_bytes_tell_what_a_file_is(tmp_path: Path, content: bytes, kind: FileKind):
    (tmp_path / "x.pth").write_bytes(content)
    assert kind_of(tmp_path / "x.pth") is kind


def test_what_cannot_be_read_is_left_to_its_reader(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "nothing"):
        assert kind_of(path) is FileKind.UNKNOWN


def test_no_advice_is_to_delete_the_file():
    assert not [kind for kind in FileKind if "delete" in kind.advice]


def test_the_ending_decides_only_where_the_content_does_not(tmp_path: Path):
    for name, content, expected in (
        ("a.pth", save({"a": torch.zeros(2)}), True),
        ("b.safetensors", b"damaged", True),
        ("c.safetensors", saved(True), False),
        ("d.pth", b"damaged", False),
    ):
        (tmp_path / name).write_bytes(content)
        assert is_safetensors(tmp_path / name) is expected, name
