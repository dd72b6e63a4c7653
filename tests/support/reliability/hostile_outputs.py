"""Hostile outputs: a file to write, where links, pipes, devices and folders lie under odd names."""

from __future__ import annotations

import os
import random
import shutil
import stat
from pathlib import Path

import hostile_images

from srgan_core.destinations import check_file
from srgan_core.errors import SrganError
from srgan_core.files import end_of_links, is_written_through, leftovers, write_atomically

CONTENT = b"what is written"


def outputs(dice: random.Random, folder: Path) -> None:
    """A target somewhere in a tree: the file that it leads to is replaced, and nothing else."""
    root = folder / "outputs"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    places = _planted(dice, root)
    target = dice.choice(places)
    if dice.random() < 0.4:
        target = target / dice.choice(("", _name(dice), f"{_name(dice)}/{_name(dice)}", "x" * 300))
    before = _contents(root)
    try:
        check_file(target)
    except SrganError:
        assert _contents(root) == before
        raise
    place = end_of_links(target)
    if is_written_through(target):
        # Nobody reads the pipes, so a write to one would wait for ever.
        assert not stat.S_ISREG(target.stat().st_mode)
        return
    write_atomically(target, CONTENT)
    after = _contents(root)
    written = after.pop(place.resolve().relative_to(root.resolve()).as_posix())
    assert written == ("file", CONTENT)
    before.pop(place.resolve().relative_to(root.resolve()).as_posix(), None)
    made = {name for name in after if name not in before}
    assert all(after[name] == ("folder", b"") for name in made)
    assert {name: what for name, what in after.items() if name not in made} == before
    assert leftovers(root) == []


def _name(dice: random.Random) -> str:
    name = "".join(dice.choice(hostile_images.PIECES) for _ in range(dice.randrange(1, 5)))
    return "x" if name in (".", "..") else name


def _planted(dice: random.Random, root: Path) -> list[Path]:
    """Makes files, folders, pipes and links in a folder, and gives them and the folder."""
    folders, places = [root], [root]
    for _ in range(dice.randrange(1, 9)):
        path = dice.choice(folders) / _name(dice)
        if os.path.lexists(path):
            continue
        way = dice.randrange(6)
        if way == 0:
            path.mkdir()
            folders.append(path)
        elif way in (1, 2):
            ends = (*places, path, path.with_name("nothing"), Path("/dev/null"))
            path.symlink_to(dice.choice(ends))
        elif way == 3:
            os.mkfifo(path)
        else:
            path.write_bytes(b"what was there")
        places.append(path)
    return places


def _contents(root: Path) -> dict[str, tuple[str, bytes]]:
    """What lies in a folder, by its name below it: its kind, and what is in it."""
    found = {}
    for path in root.rglob("*"):
        mode = path.lstat().st_mode
        what = ("other", b"")
        if stat.S_ISLNK(mode):
            what = ("link", os.fsencode(os.readlink(path)))
        elif stat.S_ISREG(mode):
            what = ("file", path.read_bytes())
        elif stat.S_ISDIR(mode):
            what = ("folder", b"")
        found[path.relative_to(root).as_posix()] = what
    return found
