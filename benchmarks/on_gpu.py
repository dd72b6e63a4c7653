"""The reference results on a machine with one NVIDIA GPU, by the project's own commands.

    python benchmarks/on_gpu.py --photographs BSDS400 [--minutes 9] [OPTIONS OF `sweep run`]
    python benchmarks/on_gpu.py --reduced       # the same on a CPU at the smallest size

In this order, all together within --minutes:

    step       a training step against the article's loop, a minute at most
    srresnet   SRResNet x4 on from the bundled one, two minutes at most
    pair       a realistic pair x4 from that SRResNet, three minutes at most
    grid       the config `reference` in the time left, from both ends

The commands are shown. What is finished is not done again, and what is not goes on where it was
when the same command is given once more. Exit status: 0 all is done; 1 something failed; 2 wrong
usage or no GPU; 3 run it again; 130, 143 stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import torch
import yaml
from support.machine import parser
from support.photographs import split_photographs

from srgan_core.bundled import bundled_generator
from srgan_core.yaml_files import read_yaml

HERE = Path(__file__).resolve().parent

STEP_SECONDS, SRRESNET_SECONDS, PAIR_SECONDS, GRACE_SECONDS = 60.0, 120.0, 180.0, 30.0
"""Most time of the first parts; what a command has to write its checkpoint and its tables."""

SMALL_STEP = shlex.split("--content mse --batch 2 --patch 32 --rounds 1 --roofline-seconds 0.1")
SMALL_TRAINING = {
    "steps": 4,
    "batch_size": 2,
    "patch_size": 32,
    "freeze_batchnorm_after": 3,
    "discriminator": {"channels": 8, "warmup_steps": 1},
}
SMALL_GRID = shlex.split(
    "--content mse --adv 0,1e-3 --metrics psnr --eval skimage3 --steps 2 --jobs 2 "
    "--set adversarial.batch_size=2 --set adversarial.patch_size=32 "
    "--set 'adversarial.discriminator={channels: 8, warmup_steps: 1}' "
    "--set 'eval.excerpts={skimage3: {limit: 1, crop: 96}}'"
)


def read_options(arguments: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    """The script's own options, and those that are for `sweep run`."""
    options = parser(__doc__)
    options.add_argument("--minutes", type=float, default=9.0, help="for everything (9)")
    options.add_argument("--photographs", type=Path, metavar="DIR", help="what is trained on")
    options.add_argument("--out", type=Path, help="the grid's folder (results/reference)")
    options.add_argument("--srresnet-steps", type=int, default=8000, help="in all (8000)")
    options.add_argument("--pair-steps", type=int, default=5000, help="in all (5000)")
    options.add_argument("--reduced", action="store_true", help="a CPU, and the smallest size")
    given, more = options.parse_known_args(arguments)
    if not given.reduced and not torch.cuda.is_available():
        options.exit(2, "error: PyTorch finds no NVIDIA GPU here; --reduced needs none\n")
    if not given.reduced and given.photographs is None:
        options.exit(2, "error: name the training photographs: --photographs DIR\n")
    given.device, name = ("cpu", "reference-reduced") if given.reduced else ("cuda", "reference")
    given.out = given.out or Path("results", name)
    return given, more


def measure_step(given: argparse.Namespace, ends: float) -> str:
    """Times a step of the engine and one of the article's loop."""
    record = given.json or given.out.with_name(f"{given.out.name}-step.json")
    if record.is_file():
        return "done"
    size = SMALL_STEP if given.reduced else ["--all", "--roofline-seconds", "0.5"]
    size += ["--threads", str(given.threads), "--device", given.device]
    return run([str(HERE / "train_step.py"), *size, "--json", str(record)], ends)


def train_srresnet(given: argparse.Namespace, source: str, ends: float) -> str:
    """Trains the bundled SRResNet on, by the recipe configs/training/gpu/srresnet-x4.yaml."""
    steps = given.srresnet_steps
    length = {"steps": steps, "freeze_batchnorm_after": 9 * steps // 10}
    return train(given, "srresnet", source, length, Path(str(bundled_generator(4))), ends)


def train_pair(given: argparse.Namespace, source: str, ends: float) -> str:
    """Trains a pair from that SRResNet, by the recipe configs/training/gpu/srgan-x4.yaml."""
    generator = part_folder(given, "srresnet") / "generator.safetensors"
    if not generator.is_file():
        return "goes on"
    return train(given, "srgan", source, {"steps": given.pair_steps}, generator, ends)


def train(
    given: argparse.Namespace,
    name: str,
    source: str,
    length: dict[str, int],
    init: Path,
    ends: float,
) -> str:
    """Trains one network, or a pair, by its recipe for one GPU."""
    folder = part_folder(given, name)
    if (folder / "generator.safetensors").is_file():
        return "done"
    spec = read_yaml(HERE.parent / "configs" / "training" / "gpu" / f"{name}-x4.yaml")
    spec |= {"device": given.device, "data": {"sources": {source: 1.0}}}
    spec |= {"content": "mse"} if given.reduced else {}
    spec["training"] |= SMALL_TRAINING if given.reduced else length | {"checkpoint_every": 500}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spec.yaml").write_text(yaml.safe_dump(spec, sort_keys=False), encoding="utf-8")
    words = ["-m", "srgan_core.training", str(folder / "spec.yaml"), "--out", str(folder)]
    set5 = Path(os.environ.get("SWEEP_DATA", "-"), "Set5")
    words += ["--test-images", str(set5)] if set5.is_dir() else []
    return run([*words, "--init", str(init)], ends)


def part_folder(given: argparse.Namespace, name: str) -> Path:
    """Where a part trains: `srresnet` or `srgan`."""
    folder: Path = given.out.with_name(f"{given.out.name}-{name}")
    return folder


def train_grid(given: argparse.Namespace, source: str, more: list[str], ends: float) -> str:
    """Trains and scores what is left of the grid, once there is something to set out from."""
    starts = {name: part_folder(given, name) for name in ("srresnet", "srgan")}
    if not all((folder / "generator.safetensors").is_file() for folder in starts.values()):
        return "goes on"
    words = ["-m", "sweep", "run", "--config", "reference", "--out", str(given.out)]
    words += ["--device", given.device, "--set", f"data.sources={json.dumps({source: 1.0})}"]
    words += ["--set", f"srresnet.init={starts['srresnet'] / 'generator.safetensors'}"]
    words += ["--set", f"srgan.init={starts['srgan']}"]
    words += SMALL_GRID if given.reduced else ["--jobs", "4"]
    return run([*words, *more], ends)


def run(words: list[str], ends: float) -> str:
    """Runs `python WORDS` until it ends or its time does; returns what it has come to."""
    if time.monotonic() >= ends:
        return "goes on"
    print(f"\n$ python {shlex.join(words)}", flush=True)
    process = subprocess.Popen([sys.executable, *words], start_new_session=True)
    try:
        status = process.wait(ends - time.monotonic())
    except (subprocess.TimeoutExpired, SystemExit) as reason:
        # All commands of the project take this as the wish to write a checkpoint and end.
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
        if isinstance(reason, SystemExit):
            raise
        return "goes on"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return "done" if status == 0 else f"failed ({status})"


def main(arguments: Sequence[str] | None = None) -> int:
    begin = time.monotonic()
    given, more = read_options(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    source = "skimage"
    if given.photographs is not None:
        folder = given.out.with_name(f"{given.out.name}-photographs")
        source = f"folder:{split_photographs(given.photographs, folder)[0]}"
    last = begin + 60 * given.minutes - GRACE_SECONDS
    states = {"step": measure_step(given, min(last, time.monotonic() + STEP_SECONDS))}
    ends = min(last, time.monotonic() + SRRESNET_SECONDS)
    states["srresnet"] = train_srresnet(given, source, ends)
    ends = min(last, time.monotonic() + PAIR_SECONDS)
    states["pair"] = train_pair(given, source, ends)
    states["grid"] = train_grid(given, source, more, last)
    print("\n" + "\n".join(f"{part}: {state}" for part, state in states.items()))
    if any(state.startswith("failed") for state in states.values()):
        return 1
    return 0 if set(states.values()) == {"done"} else 3


if __name__ == "__main__":
    sys.exit(main())
