"""What of a results folder can go without a loss: its sizes, and its deletion."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from srgan_core.files import drop_folder, leftovers, size_on_disk
from sweep.store.folder import FINISHED, SweepStore, TrialFolder


@dataclass(frozen=True)
class Waste:
    """Something that no later run needs.

    Attributes:
        path: File or folder.
        reason: What it is, in a few words.
        size: Bytes.
    """

    path: Path
    reason: str
    size: int


def find_waste(root: Path) -> list[Waste]:
    """Lists what can be deleted. Nobody may be at work in the folder.

    Args:
        root: The results folder.

    Returns:
        Checkpoints of trials that are done or diverged, discriminators warmed up for trials
        when all are, and what writes that were cut off left behind; the largest first.
    """
    found = dict(_folders(root))
    for path in leftovers(root):
        # What lies inside a folder that goes as a whole is counted with it.
        if not any(path.is_relative_to(folder) for folder in found):
            found[path] = "left behind by a write that was cut off"
    waste = [Waste(path, reason, size_on_disk(path)) for path, reason in found.items()]
    return sorted(waste, key=lambda item: (-item.size, item.path))


def _folders(root: Path) -> Iterator[tuple[Path, str]]:
    states = []
    for path in sorted([*root.glob("trials/*"), *root.glob("shared/srresnet-s*")]):
        files = TrialFolder(path)
        states.append(files.state)
        if files.checkpoints.is_dir() and files.state in FINISHED:
            yield files.checkpoints, f"checkpoints of a trial that is {files.state}"
    warmups = SweepStore(root).warmups
    if warmups.is_dir() and all(state in FINISHED for state in states):
        yield warmups, "warmed-up discriminators"


def remove(waste: Waste) -> None:
    """Deletes one piece.

    Args:
        waste: What `find_waste` listed.
    """
    if waste.path.is_symlink() or not waste.path.is_dir():
        waste.path.unlink(missing_ok=True)
    elif waste.path.name.endswith(".tmp"):
        shutil.rmtree(waste.path)
    else:
        drop_folder(waste.path)


def format_size(size: float) -> str:
    """Writes a number of bytes for people.

    Args:
        size: Bytes, 0 or more.

    Returns:
        Such as `312 MB`; units are powers of 1000.
    """
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
