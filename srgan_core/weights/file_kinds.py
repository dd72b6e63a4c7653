"""What a file is that was given as weights, told by its first bytes, and what to do with it."""

from __future__ import annotations

import re
import zipfile
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from srgan_core.inputs import irregularity

SHOWN = 512
"""Bytes of the beginning that decide."""

_ANOTHER = "give the file of a generator"


class _Words(NamedTuple):
    noun: str
    advice: str


class FileKind(_Words, Enum):
    """What a file is: its noun for a sentence, and what helps whoever wanted weights.

    Advice never is to delete the file, which is the user's. Where it is empty, the file is one of
    weights or may have been, and its reader knows better.
    """

    EMPTY = _Words("an empty file", "")
    HTML = _Words(
        "a web page (HTML)",
        "download the file itself: the page that shows it, or an error in its place, came instead",
    )
    LFS = _Words(
        "a Git-LFS pointer, which names the file and is not it",
        "run `git lfs pull` in its repository, or download the file itself",
    )
    ONNX = _Words(
        "an ONNX file", "no command here reads one; give the weights that it was exported from"
    )
    PROGRAM = _Words(
        "a torch.export program",
        "no command here reads one; give the generator.safetensors that it was exported from",
    )
    TORCHSCRIPT = _Words(
        "a TorchScript program",
        "`sweep score --generator` runs one; give a generator.safetensors here",
    )
    TORCH = _Words(
        "a checkpoint of torch.save (a pickle)",
        "`sweep score --generator` and `sweep upscale` read those of known networks; give a "
        "generator.safetensors here",
    )
    ZIP = _Words("a zip archive", f"unpack it and {_ANOTHER}")
    DAMAGED_ZIP = _Words("a damaged zip archive", "")
    HDF5 = _Words("an HDF5 file, as Keras writes them", f"no command here reads one; {_ANOTHER}")
    PACKED = _Words("a compressed archive", f"unpack it and {_ANOTHER}")
    IMAGE = _Words("an image", _ANOTHER)
    TEXT = _Words("text", "")
    SAFETENSORS = _Words("a safetensors file", "")
    UNKNOWN = _Words("of an unknown kind", "")

    @property
    def is_read(self) -> bool:
        """Whether a reader of weights may try; what else it is given is named and refused."""
        return self in {FileKind.TORCH, FileKind.SAFETENSORS, FileKind.UNKNOWN}


_BEGINNINGS = (
    (b"version https://git-lfs.github.com/", FileKind.LFS),
    (b"\x89HDF\r\n\x1a\n", FileKind.HDF5),
    (b"\x89PNG\r\n\x1a\n", FileKind.IMAGE),
    (b"\xff\xd8\xff", FileKind.IMAGE),
    (b"GIF8", FileKind.IMAGE),
    (b"BM", FileKind.IMAGE),
    (b"II*\x00", FileKind.IMAGE),
    (b"MM\x00*", FileKind.IMAGE),
    (b"\x1f\x8b", FileKind.PACKED),
    (b"BZh", FileKind.PACKED),
    (b"\xfd7zXZ\x00", FileKind.PACKED),
    (b"7z\xbc\xaf\x27\x1c", FileKind.PACKED),
)

_HTML = re.compile(
    rb"(\xef\xbb\xbf)?\s*(<\?xml.*?\?>\s*|<!--.*?-->\s*)*<(!doctype\s+html|html|head)\b",
    re.IGNORECASE | re.DOTALL,
)


def kind_of(path: Path) -> FileKind:
    """Tells what a file is; `UNKNOWN` also where it cannot be read, which its reader says.

    At most its first bytes and, of a zip archive, the names in it are read.
    """
    if irregularity(path):
        return FileKind.UNKNOWN
    try:
        with path.open("rb") as file:
            start = file.read(SHOWN)
    except OSError:
        return FileKind.UNKNOWN
    if start.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path)
    known = next((kind for beginning, kind in _BEGINNINGS if start.startswith(beginning)), None)
    return known or _kind_of_bytes(start)


def is_safetensors(path: Path) -> bool:
    """Whether a file is to be read as safetensors: by its content, or else by its name."""
    kind = kind_of(path)
    named = path.suffix == ".safetensors" and kind is not FileKind.TORCH
    return kind is FileKind.SAFETENSORS or named


def _kind_of_bytes(start: bytes) -> FileKind:
    if not start:
        return FileKind.EMPTY
    # A safetensors file: the length of its header in eight bytes, then the header, in JSON.
    if start[8:9] == b"{" and start[7] == 0:
        return FileKind.SAFETENSORS
    # A pickle: the opcode of its protocol.
    if re.match(rb"\x80[\x02-\x05]", start):
        return FileKind.TORCH
    # ONNX: the version of its format, then who wrote it, or its graph, or its operators.
    if re.match(rb"\x08[\x01-\x20][\x12\x1a\x22\x3a\x42]", start):
        return FileKind.ONNX
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return FileKind.IMAGE
    if _HTML.match(start):
        return FileKind.HTML
    return FileKind.TEXT if _is_text(start) else FileKind.UNKNOWN


def _is_text(start: bytes) -> bool:
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        # The last letter may be cut.
        if error.start < len(start) - 3:
            return False
        text = start[: error.start].decode()
    return all(letter.isprintable() or letter in "\t\r\n\f" for letter in text)


def _kind_of_zip(path: Path) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.partition("/")[2] or name for name in archive.namelist()}
    # Python's zip reader raises whatever the spot of the damage leads to.
    except Exception:
        return FileKind.DAMAGED_ZIP
    if "constants.pkl" in names:
        return FileKind.TORCHSCRIPT
    if names & {"models/model.json", "serialized_exported_program.json"}:
        return FileKind.PROGRAM
    return FileKind.TORCH if "data.pkl" in names else FileKind.ZIP
