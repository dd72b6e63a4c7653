"""The reference results on a machine with one NVIDIA GPU, by the project's own commands.

    python benchmarks/on_gpu.py --photographs BSDS400 [--only STAGE] [--json FILE]
    python benchmarks/on_gpu.py --reduced       # every stage on a CPU, a minute or two

Three stages, each of which ends by itself after --minutes; the same command goes on:

    tables     a training step against the article's loop, and trials that share the GPU
    srresnet   SRResNet x4 to convergence on the photographs, with and without dead leaves
    grid       the config `reference` with one seed, then with three; charts and page

What is finished is not done again. At the end one table says how far each stage is. Exit status:
0 all is done; 1 something failed; 2 wrong usage or no GPU; 3 run it again; 130, 143 stopped.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from support.commands import Commands
from support.machine import describe, parser, report
from support.reference import Asked, Part, Stage
from support.reference_grid import train_grid
from support.reference_srresnet import train_srresnets
from support.reference_tables import measure_tables

from srgan_core.errors import DataError

STAGES: dict[str, Stage] = {
    "tables": measure_tables,
    "srresnet": train_srresnets,
    "grid": train_grid,
}

COLUMNS = ("stage", "part", "state", "seconds", "key figures")

GOES_ON = 3

STOPPED = 128


def leaf_shares(text: str) -> tuple[float, ...]:
    """Reads shares of dead leaves."""
    shares = tuple(float(item) for item in text.split(","))
    if not all(0 <= share < 1 for share in shares):
        raise ValueError(text)
    return shares


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    options = parser(__doc__)
    options.add_argument("--only", choices=tuple(STAGES), help="one stage alone")
    options.add_argument("--minutes", type=float, default=12.0, help="time of a stage (12)")
    options.add_argument("--photographs", type=Path, metavar="DIR", help="what is trained on")
    options.add_argument("--out", type=Path, help="the grid's folder (results/reference)")
    options.add_argument("--jobs", type=int, help="trials at once (4)")
    options.add_argument(
        "--start",
        choices=("bundled", "trained"),
        default="bundled",
        help="start of the grid: the bundled SRResNet, or the stage's best on held-out photographs",
    )
    options.add_argument(
        "--leaves", type=leaf_shares, help="shares of dead leaves to compare (0,0.05)"
    )
    options.add_argument("--content", help="content losses of the grid, as `sweep run` takes them")
    options.add_argument("--metrics", help="metrics of the grid, likewise")
    options.add_argument("--reduced", action="store_true", help="a CPU, and the smallest size")
    given = options.parse_args(arguments)
    if refusal := _refusal(given):
        options.exit(2, f"error: {refusal}\n")
    return given


def _refusal(given: argparse.Namespace) -> str:
    """What stands in the way; empty if nothing does."""
    if given.minutes <= 0:
        return f"--minutes: expected a number above 0, got {given.minutes:g}"
    if given.jobs is not None and given.jobs < 1:
        return f"--jobs: expected a whole number of 1 or above, got {given.jobs}"
    if not given.reduced and not torch.cuda.is_available():
        return (
            "PyTorch finds no NVIDIA GPU on this machine; run this on one that has one, "
            "or give --reduced, which does every stage on a CPU at the smallest size"
        )
    if given.photographs is not None and not given.photographs.is_dir():
        return f"--photographs {given.photographs}: expected a folder of images"
    if not given.reduced and given.photographs is None and given.only != "tables":
        return "srresnet and grid train on photographs; give their folder by --photographs DIR"
    return ""


def asked_for(given: argparse.Namespace) -> Asked:
    default = "results/reference-reduced" if given.reduced else "results/reference"
    return Asked(
        out=given.out or Path(default),
        device="cpu" if given.reduced else "cuda",
        threads=given.threads,
        photographs=given.photographs,
        leaves=given.leaves or ((0.0, 0.5) if given.reduced else (0.0, 0.05)),
        start=given.start,
        content=given.content,
        metrics=given.metrics,
        jobs=given.jobs or (2 if given.reduced else 4),
        reduced=given.reduced,
    )


def run_stages(names: Sequence[str], asked: Asked, commands: Commands) -> list[Part]:
    """Runs stage after stage; one that fails does not keep the next from its turn."""
    parts: list[Part] = []
    with commands.signals_noted():
        for name in names:
            commands.begin_stage()
            try:
                parts += STAGES[name](asked, commands)
            except DataError as error:
                parts.append(Part(name, "photographs", "failed", remark=str(error)))
    return parts


def exit_status(parts: Sequence[Part], received: Sequence[int]) -> int:
    """The status that says what a caller has to do next."""
    if received:
        return STOPPED + (signal.SIGINT if received[0] == signal.SIGINT else signal.SIGTERM)
    states = {part.state for part in parts}
    if "failed" in states:
        return 1
    return 0 if states == {"done"} else GOES_ON


def main(arguments: Sequence[str] | None = None) -> int:
    given = read_options(arguments)
    asked, commands = asked_for(given), Commands(given.minutes)
    parts = run_stages([given.only] if given.only else list(STAGES), asked, commands)
    status = exit_status(parts, commands.received)
    machine = describe(torch.device(asked.device), given.threads)
    record = {"machine": machine, "reduced": asked.reduced, "exit_status": status}
    print()
    rows = [part.row() for part in parts]
    report(f"Reference results in {asked.out}", COLUMNS, rows, record, given.json)
    if status == GOES_ON:
        print("Not all is done yet: run it again to go on.")
    return status


if __name__ == "__main__":
    sys.exit(main())
