"""Splits a folder of photographs into those to train on and those held out."""

from __future__ import annotations

import shutil
from pathlib import Path

from srgan_core.data.listing import list_images
from srgan_core.errors import DataError

HELD_OUT_EVERY = 20

IN_SET5 = "302003"
"""File name in BSDS500 of Set5's woman at another size: neither trained on nor held out."""


def split_photographs(photographs: Path, folder: Path) -> tuple[Path, Path]:
    """Links every twentieth photograph, by file name, into one folder and the rest into another.

    Args:
        photographs: Folder of images, at any depth.
        folder: Receives `train` and `heldout`; both are made anew.

    Returns:
        The two folders.

    Raises:
        DataError: when there are too few photographs for both, or the folder holds others.
    """
    paths = list_images(photographs).images
    if len(paths) < 2:
        raise DataError(f"{photographs}: expected 2 photographs or more, got {len(paths)}")
    train, held_out = folder / "train", folder / "heldout"
    links = {
        (train if index % HELD_OUT_EVERY else held_out) / path.relative_to(photographs): path
        for index, path in enumerate(paths)
        if path.stem != IN_SET5
    }
    there = {path: path.resolve() for part in (train, held_out) for path in part.rglob("*.*")}
    if there and there != {link: path.resolve() for link, path in links.items()}:
        raise DataError(
            f"{folder} holds other photographs than {photographs}; choose another --out"
        )
    for part in (train, held_out):
        shutil.rmtree(part, ignore_errors=True)
    for link, path in links.items():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.resolve())
    return train, held_out
