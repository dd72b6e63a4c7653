"""Hostile inputs: every reader answers with an error of its own or reads; nothing else happens.

So do outputs: what cannot be written is refused, and nothing but the target is replaced.

    python tests/support/reliability/hostile.py --cases 1000

Each target makes random cases from a seed: valid files with bytes changed, cut or repeated,
archives whose members try to leave, pickles that would make a file if they were run.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import struct
import sys
import tarfile
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import hostile_images
import hostile_outputs
import hostile_weights
import numpy as np
import torch
from PIL import Image

from srgan_core.data.images import read_rgb
from srgan_core.errors import SrganError
from srgan_core.inference import load_generator, save_generator
from srgan_core.networks import Generator
from sweep.config.loading import load_config
from sweep.scoring.sets.archives import extract_images
from sweep.store.folder import SweepStore
from sweep.store.status import read_status
from sweep.store.trial_folder import TrialFolder

Case = Callable[[random.Random, Path], None]


def mutated(dice: random.Random, content: bytes) -> bytes:
    """The same bytes with a few changed, cut off, repeated or put in."""
    changed = bytearray(content)
    if dice.random() < 0.1:
        return content
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at = dice.randrange(len(changed) + 1)
        way = dice.randrange(5)
        if way == 0 and at < len(changed):
            changed[at] = dice.randrange(256)
        elif way == 1:
            del changed[at : at + dice.randrange(1, 40)]
        elif way == 2:
            changed[at:at] = dice.randbytes(dice.randrange(1, 40))
        elif way == 3:
            changed[at:at] = changed[at : at + dice.randrange(1, 200)]
        else:
            changed[at : at + 4] = dice.choice((b"\xff" * 4, b"\x00" * 4, b"\x7f\xff\xff\xff"))
    return bytes(changed)


def image(dice: random.Random, folder: Path, kind: str) -> None:
    """A mutated PNG or JPEG."""
    pixels = np.random.default_rng(dice.randrange(9)).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    path = folder / f"x.{kind.lower()}"
    path.write_bytes(mutated(dice, buffer.getvalue()))
    rgb = read_rgb(path)
    assert rgb.dtype == np.uint8
    assert rgb.shape[2] == 3


def png(dice: random.Random, folder: Path) -> None:
    """A mutated PNG."""
    image(dice, folder, "PNG")


def jpeg(dice: random.Random, folder: Path) -> None:
    """A mutated JPEG."""
    image(dice, folder, "JPEG")


def document(dice: random.Random) -> Any:
    """A random JSON document, of the kinds that records hold and of others."""
    words = ["state", "attempts", "host", "spec", "training", "steps", "cause", "done", "running"]
    leaf: list[Any] = [
        None,
        True,
        0,
        -1,
        1e308,
        "nan",
        "done",
        "running",
        "=1+1",
        [],
        {},
        "\u0000",
        2**70,
    ]
    if dice.random() < 0.5:
        return dice.choice(leaf)
    if dice.random() < 0.3:
        return [document(dice) for _ in range(dice.randrange(3))]
    return {dice.choice(words): document(dice) for _ in range(dice.randrange(4))}


def records(dice: random.Random, folder: Path) -> None:
    """trial.json, result.json and a log of anything."""
    root = folder / "sweep"
    trial = TrialFolder(root / "trials" / "a")
    trial.path.mkdir(parents=True, exist_ok=True)
    (root / "sweep.yaml").touch()
    for name in ("trial.json", "result.json", "log.jsonl"):
        text = json.dumps(document(dice)).encode()
        (trial.path / name).write_bytes(mutated(dice, text) if dice.random() < 0.3 else text)
    status = read_status(root)
    assert len(status.trials) == 1
    trial.read_result()


def config(dice: random.Random, folder: Path) -> None:
    """A mutated sweep.yaml, read as a config and as what a folder holds."""
    path = folder / "x.yaml"
    path.write_bytes(mutated(dice, CONFIG))
    (folder / "sweep.yaml").write_bytes(path.read_bytes())
    loaded = SweepStore(folder).read_config()
    assert loaded is not None
    values = dice.choice([[1e-3], [1e-3, 1.0], [], [-1.0], [float("nan")], {"a": 1}, [1, 1]])
    load_config(str(path), {"grid.adv": values})


def coefficients(dice: random.Random, folder: Path) -> None:
    """A list of coefficients as --adv takes it."""
    import click

    from sweep.cli.options import CommaList, name

    letters = "0123456789.,eE+-nainfx_ \t\u0663\u00bd"
    text = "".join(dice.choice(letters) for _ in range(dice.randrange(12)))
    try:
        typed = CommaList(name, "a number").convert(text, None, None)
    except click.UsageError:
        return
    values = load_config("smoke", {"grid.adv": typed}).grid.adv
    assert values
    assert all(0 <= value < float("inf") for value in values)


def safetensors_header(dice: random.Random, folder: Path) -> None:
    """A generator with a mutated header."""
    size = struct.unpack("<Q", GENERATOR[:8])[0]
    header = mutated(dice, GENERATOR[8 : 8 + size])
    stated = dice.choice([len(header), len(header), size, dice.randrange(2**63)])
    path = folder / "x.safetensors"
    path.write_bytes(struct.pack("<Q", stated) + header + GENERATOR[8 + size :])
    load_generator(path)


def archive(dice: random.Random, folder: Path) -> None:
    """A tar whose members are anything, some of which try to leave."""
    names = [
        "a.png",
        "../a.png",
        "/tmp/a.png",
        "x/../../b.png",
        "x\\..\\c.png",
        "d/e.png",
        "~/f.png",
    ]
    kinds = [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for _ in range(dice.randrange(1, 5)):
            member = tarfile.TarInfo(dice.choice(names))
            member.type = dice.choice([tarfile.REGTYPE, *kinds])
            member.linkname, member.size = "/etc/passwd", 4 if member.isreg() else 0
            tar.addfile(member, io.BytesIO(b"data"))
    place = folder / "deep" / "set"
    place.parent.mkdir(exist_ok=True)
    path = folder / "x.tar.gz"
    content = buffer.getvalue()
    path.write_bytes(mutated(dice, content) if dice.random() < 0.3 else content)
    before = set(folder.iterdir())
    try:
        extract_images(path, place)
    finally:
        found = {p.name for p in place.iterdir()} if place.is_dir() else set()
        assert all(not (place / name).is_symlink() for name in found)
        assert set(folder.iterdir()) == before
        assert {p.name for p in place.parent.iterdir()} <= {"set"}
        for name in found:
            (place / name).unlink()
        if place.is_dir():
            place.rmdir()


def canary(dice: random.Random, folder: Path) -> None:
    """A file of weights with code in it."""
    hostile_weights.canary(dice, folder, mutated)


def foreign_weights(dice: random.Random, folder: Path) -> None:
    """Something else in the place of a file of weights."""
    hostile_weights.foreign(dice, folder, mutated)


def exif(dice: random.Random, folder: Path) -> None:
    """An image with mutated EXIF data."""
    hostile_images.exif(dice, folder, mutated)


TARGETS: dict[str, Case] = {
    "png": png,
    "jpeg": jpeg,
    "exif": exif,
    "names": hostile_images.names,
    "coefficients": coefficients,
    "config": config,
    "records": records,
    "safetensors header": safetensors_header,
    "archive": archive,
    "pickle": canary,
    "foreign weights": foreign_weights,
    "outputs": hostile_outputs.outputs,
}


def _generator_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "x.safetensors"
        save_generator(path, Generator(4, channels=4, blocks=1))
        return path.read_bytes()


GENERATOR = _generator_bytes()

CONFIG = b"""schema_version: 1
scale: 4
grid: {content: [mse], adv: [1e-3]}
objective: {mse: {pixel_weight: 1.0}}
data: {sources: {skimage: 1.0}}
adversarial: {steps: 20, batch_size: 2, patch_size: 32}
eval: {sets: [skimage3]}
"""


def attack(target: str, cases: int, seed: int = 0) -> dict[str, Any]:
    """Puts so many cases to one target.

    Returns:
        How many were read, how many refused with an error of the project, and the seeds of
        those that led to anything else.
    """
    read, refused, wrong = 0, 0, []
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for index in range(cases):
            try:
                TARGETS[target](random.Random(f"{seed} {index}"), Path(name))
                read += 1
            except SrganError as error:
                refused += 1
                wrong += [] if str(error) else [f"case {index}: an error without a word"]
            except Exception as error:
                wrong.append(f"case {index}: {type(error).__name__}: {error}"[:200])
    return {"read": read, "refused": refused, "faults": wrong}


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was read, refused and wrong as JSON; status 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--targets", default=",".join(TARGETS))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    report = {}
    for target in options.targets.split(","):
        begin = time.process_time()
        report[target] = attack(target, options.cases, options.seed)
        report[target]["cpu_seconds"] = round(time.process_time() - begin, 1)
    print(json.dumps(report, indent=1))
    return int(any(found["faults"] for found in report.values()))


if __name__ == "__main__":
    sys.exit(main())
