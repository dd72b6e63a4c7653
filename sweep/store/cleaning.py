"""What of a results folder can go without a loss: its sizes, and its deletion."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from srgan_core.files import drop_folder, leftovers, size_on_disk
from sweep.store.folder import SweepStore


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
    """Lists what can be deleted, the largest first. Nobody may be at work in the folder."""
    found = dict(_folders(root))
    for path in leftovers(root):
        # What lies inside a folder that goes as a whole is counted with it.
        if not any(path.is_relative_to(folder) for folder in found):
            found[path] = "left behind by a write that was cut off"
    waste = [Waste(path, reason, size_on_disk(path)) for path, reason in found.items()]
    return sorted(waste, key=lambda item: (-item.size, item.path))


def _folders(root: Path) -> Iterator[tuple[Path, str]]:
    store = SweepStore(root)
    states = []
    for files in store.generators():
        state = files.state
        states.append(state)
        if files.checkpoints.is_dir() and state.is_finished:
            yield files.checkpoints, f"checkpoints of a trial that is {state}"
    if store.warmups.is_dir() and all(state.is_finished for state in states):
        yield store.warmups, "warmed-up discriminators"


def remove(waste: Waste) -> None:
    """Deletes one piece."""
    if waste.path.is_symlink() or not waste.path.is_dir():
        waste.path.unlink(missing_ok=True)
    elif waste.path.name.endswith(".tmp"):
        shutil.rmtree(waste.path)
    else:
        drop_folder(waste.path)


def format_size(size: float) -> str:
    """Writes a number of bytes, 0 or more, for people: `312 MB`, in powers of 1000."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
