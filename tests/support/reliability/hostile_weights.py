"""Hostile files in the place of weights: with code in them, or of another kind altogether."""

from __future__ import annotations

import io
import os
import pickle
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from srgan_core.weights.pickled_tensors import read_pickled_tensors
from srgan_core.weights.tensor_files import read_metadata, read_tensors

Mutate = Callable[[random.Random, bytes], bytes]


class Canary:
    """Makes a file when it is unpickled."""

    def __init__(self, path: str, way: int) -> None:
        self.path, self.way = path, way

    def __reduce__(self) -> tuple[Any, ...]:
        command = f"open({self.path!r}, 'w')"
        return [
            (open, (self.path, "w")),
            (os.mkdir, (self.path,)),
            (eval, (command,)),
            (exec, (command,)),
            (Path.touch, (Path(self.path),)),
        ][self.way]


def canary(dice: random.Random, folder: Path, mutated: Mutate) -> None:
    """A file of weights with code in it, in both formats of torch.save."""
    bird, path = folder / "canary", folder / "x.pth"
    more: Any = Canary(str(bird), dice.randrange(5))
    # NumPy's values are passed over; what is in them must not run either.
    if dice.random() < 0.5:
        more = [np.float64(dice.random()), np.array([more], dtype=object)]
    state = {"weight": torch.zeros(2), "more": more}
    if dice.random() < 0.5:
        torch.save(state, path, _use_new_zipfile_serialization=dice.random() < 0.5)
        content = path.read_bytes()
    else:
        content = pickle.dumps(state, protocol=dice.randrange(2, 6))
        if dice.random() < 0.5:
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as box:
                box.writestr("x/data.pkl", content)
                box.writestr("x/version", "3")
            content = buffer.getvalue()
    path.write_bytes(mutated(dice, content) if dice.random() < 0.3 else content)
    try:
        read_pickled_tensors(path)
    finally:
        assert not bird.exists(), "the canary fired"


def foreign(dice: random.Random, folder: Path, mutated: Mutate) -> None:
    """Something else in the place of a file of weights."""
    beginnings = (
        *(b"<!doctype html>", b"<?xml <!-- ", b"version https://git-lfs.github.com/spec/v1"),
        *(b"\x08\x08\x12\x07pytorch", b"PK\x03\x04", b"\x80\x02", b"\x89PNG\r\n\x1a\n", b"", b"{"),
    )
    content = dice.choice(beginnings) + dice.randbytes(dice.randrange(600))
    path = folder / dice.choice(("x.pth", "x.safetensors"))
    path.write_bytes(mutated(dice, content) if dice.random() < 0.5 else content)
    read = dice.choice((read_tensors, read_metadata, read_pickled_tensors))
    read(path)
