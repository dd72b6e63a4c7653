"""Trains one generator from a YAML file.

Alone: `python -m srgan_core.training SPEC.yaml --out DIR`. Over several processes:
`torchrun --nproc-per-node 2 -m srgan_core.training SPEC.yaml --out DIR`.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from pydantic import ValidationError

from srgan_core.data.duplicates import refuse_test_images
from srgan_core.data.listing import count_images, list_images
from srgan_core.devices import gpu_number
from srgan_core.errors import SrganError, WeightsError
from srgan_core.files import described, file_sha256
from srgan_core.pairs import GENERATOR_FILE, Pair
from srgan_core.settings import describe_errors
from srgan_core.signals import signals_to_obey, stop_status
from srgan_core.streams import standard_streams
from srgan_core.training.config import TrainingSpec
from srgan_core.training.distributed import join_processes, place_from_environment
from srgan_core.training.hardware import resolve_device
from srgan_core.training.job import train
from srgan_core.training.packed_data import open_data
from srgan_core.training.reports import Progress
from srgan_core.training.run_folder import alone_in, find_finished, write_finished
from srgan_core.wording import counted
from srgan_core.yaml_files import read_yaml


def main(arguments: list[str] | None = None) -> int:
    """Parses the command line and trains.

    Returns:
        0 trained, 1 diverged, 2 wrong usage, 3 something needed cannot be had here, 130 stopped
        by SIGINT, 143 by another signal.
    """
    parser = argparse.ArgumentParser(prog="python -m srgan_core.training", description=__doc__)
    parser.add_argument("spec", type=Path, help="YAML file with the fields of TrainingSpec")
    parser.add_argument("--out", type=Path, required=True, help="folder for log and weights")
    parser.add_argument(
        "--init",
        type=Path,
        help="generator.safetensors to start from, or the folder of a pair: a generator and the "
        "discriminator to go on with",
    )
    parser.add_argument(
        "--test-images",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="refuse to train on near-duplicates of the images in DIR; may be repeated",
    )
    options = parser.parse_args(arguments)
    # Nobody has to listen to a training.
    with standard_streams(results=False):
        try:
            return _train(options.spec, options.out, options.init, options.test_images)
        except SrganError as error:
            known = error
        except OSError as error:
            known = described(error)
        print(f"error: {known}", file=sys.stderr)
        return known.EXIT_STATUS


def _train(spec_path: Path, out: Path, init: Path | None, test_folders: Sequence[Path]) -> int:
    fields = read_yaml(spec_path)
    generator, discriminator = _initial_files(init)
    if generator is not None:
        fields["init_sha256"] = file_sha256(generator)
    if discriminator is not None:
        fields["init_discriminator_sha256"] = file_sha256(discriminator)
    try:
        spec = TrainingSpec.model_validate(fields)
    except ValidationError as error:
        print(describe_errors(error, TrainingSpec, str(spec_path)), file=sys.stderr)
        return 2
    packed = [images for images, _ in open_data(spec.data, spec.training.patch_size)]
    # Under torchrun the first process speaks for all.
    for images in packed if os.environ.get("RANK", "0") == "0" else ():
        print(f"{images.name}: {count_images(len(images), images.skipped)}", flush=True)
    listings = [list_images(folder) for folder in test_folders]
    refuse_test_images(packed, [path for listing in listings for path in listing.images])
    device = resolve_device(spec.device, "write device: cpu")
    if device.type == "cuda" and gpu_number(spec.device) is None:
        device = resolve_device(f"cuda:{os.environ.get('LOCAL_RANK', '0')}")
    rank, count = place_from_environment()
    with alone_in(out, rank == 0):
        finished = find_finished(out, spec.digest(), count)
        if finished is None:
            return _run(spec, out, generator, discriminator, device)
    if rank == 0:
        steps = counted(finished.iterations, "iteration")
        print(f"trained already, {steps}: {out / GENERATOR_FILE}; nothing is left to do")
    return 0


def _run(
    spec: TrainingSpec,
    out: Path,
    generator: Path | None,
    discriminator: Path | None,
    device: torch.device,
) -> int:
    received: list[int] = []
    for number in signals_to_obey():
        signal.signal(number, lambda number, frame: received.append(number))
    with join_processes(device) as processes:
        outcome = train(
            spec,
            out,
            init=generator,
            init_discriminator=discriminator,
            keep_discriminator=True,
            device=device,
            processes=processes,
            on_progress=_Reporter() if processes.first else (lambda progress: None),
            should_stop=lambda: bool(received),
        )
        if processes.first:
            steps = counted(outcome.iteration, "iteration")
            print(f"{outcome.status} after {steps}, {outcome.seconds:.0f} s")
            if outcome.status == "trained":
                write_finished(out, spec.digest(), processes.world_size, spec.iterations)
    if outcome.status == "diverged":
        print(f"error: {outcome.cause}", file=sys.stderr)
        return 1
    # Under torchrun the signal may have reached another process alone.
    return stop_status((received or [signal.SIGTERM])[0]) if outcome.status == "interrupted" else 0


def _initial_files(init: Path | None) -> tuple[Path | None, Path | None]:
    """The generator and the discriminator that are given, if they are."""
    if init is None:
        return None, None
    if init.is_dir():
        pair = Pair(init)
        pair.require_files()
        return pair.generator, pair.discriminator
    if not init.is_file():
        raise WeightsError(
            f"{init}: no such file; give a generator.safetensors, or the folder of a pair"
        )
    return init, None


class _Reporter:
    """Prints a line now and then."""

    def __init__(self, seconds_between: float = 10.0) -> None:
        self._between, self._last = seconds_between, 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last < self._between and progress.iteration < progress.iterations:
            return
        self._last = now
        record = progress.record
        left = progress.iterations - progress.iteration
        loss = "loss_pixel" if "loss_pixel" in record else "loss_d"
        batch_rate = record["patches_per_second"]
        print(
            f"{progress.iteration}/{progress.iterations} "
            f"{loss} {record[loss]:.5f} {batch_rate:.1f} patches/s {left} left",
            flush=True,
        )


if __name__ == "__main__":
    status = main()
    if place_from_environment()[1] > 1:
        # PyTorch's threads between processes now and then abort one that ends in Python's own way.
        # All that was said is written: `standard_streams` ends with that.
        os._exit(status)
    sys.exit(status)
