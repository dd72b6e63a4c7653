"""Hostile images: turned, in every format, and under every name."""

from __future__ import annotations

import io
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from srgan_core.data.headers import read_header
from srgan_core.data.images import read_rgb, read_size
from srgan_core.data.listing import list_images
from srgan_core.data.photographs import read_photograph
from srgan_core.errors import DataError

Mutated = Callable[[random.Random, bytes], bytes]

FORMATS = {"PNG": "png", "JPEG": "jpg", "TIFF": "tif", "WEBP": "webp"}
"""Those that hold EXIF data, with their endings."""

PIECES = (
    *("a", "b", "\u00e9", "e\u0301", "\u0130", "\u202e", "\n", "'", " ", "-", "%s", "{0}", "*"),
    *("\udcfc", "\udcff", "\U0001f600", ".png", ".PNG", ".gif", ".", "~", "$HOME", "\x7f"),
)
"""What names are made of."""


def exif(dice: random.Random, folder: Path, mutated: Mutated) -> None:
    """An image of any format with mutated EXIF data, or mutated as a whole."""
    kind = dice.choice(list(FORMATS))
    pixels = np.random.default_rng(dice.randrange(9)).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    tags = Image.Exif()
    tags[0x0112] = dice.choice((1, 2, 3, 5, 6, 8, 0, 9, 65535))
    tags[0x010E] = "words" * dice.randrange(9)
    content = tags.tobytes()
    if dice.random() < 0.5:
        content = content[:6] + mutated(dice, content[6:])
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, exif=tags if kind == "TIFF" else content)
    whole = buffer.getvalue()
    path = folder / f"x.{FORMATS[kind]}"
    path.write_bytes(mutated(dice, whole) if dice.random() < 0.5 else whole)
    read_header(path)
    rgb = read_rgb(path)
    assert read_size(path) == rgb.shape[1::-1]
    assert np.array_equal(read_photograph(path).rgb, rgb)


def names(dice: random.Random, folder: Path) -> None:
    """A tree of files, pipes, and links to anywhere in it, under names of anything."""
    root = folder / "tree"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    places = [root]
    for _ in range(dice.randrange(1, 9)):
        name = "".join(dice.choice(PIECES) for _ in range(dice.randrange(1, 5)))
        path = dice.choice(places) / name
        if name in (".", "..", "") or path.exists() or path.is_symlink():
            continue
        way = dice.randrange(6)
        if way == 0:
            path.mkdir()
            places.append(path)
        elif way == 1:
            path.symlink_to(dice.choice((*places, path, folder / "nothing")))
        elif way == 2:
            os.mkfifo(path)
        else:
            path.touch()
    found = list_images(root, deep=dice.random() < 0.8)
    assert len(set(found.images)) == len(found.images)
    for text in (
        *map(str, found.images),
        *(f"{each.name} {each.reason}" for each in found.skipped),
    ):
        text.encode()
    for path in found.images:
        try:
            read_rgb(path)
        except DataError as error:
            str(error).encode()
