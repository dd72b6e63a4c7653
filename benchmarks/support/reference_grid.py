"""Third stage: the grid of the config `reference`, with its charts and its page."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from support.commands import Commands, State
from support.reference import SMALL_EVAL, SWEEP, Asked, Part
from support.reference_srresnet import best_srresnet, prepare_photographs

SEEDS = ("0", "0,1,2")
"""One seed first: a whole curve early, its spread later."""

SMALL_SEEDS = ("0", "0,1")

SMALL_GRID = (
    *("--content", "mse", "--adv", "0,1e-3", "--metrics", "psnr", "--eval", "skimage3"),
    *("--steps", "2", "--set", "adversarial.batch_size=2", "--set", "adversarial.patch_size=32"),
    *("--set", "adversarial.discriminator={channels: 8, warmup_steps: 1}"),
    *SMALL_EVAL,
)

ENDED = ("done", "diverged")
"""States of trials that another call does not change."""


def train_grid(asked: Asked, commands: Commands) -> list[Part]:
    """Trains what is left of the grid, then draws its charts and writes its page."""
    options = _options(asked)
    if options is None:
        remark = "waits for the SRResNets of the stage srresnet, or --start bundled"
        return [Part("grid", "trials", "goes on", remark=remark)]
    parts = [
        _seeds(asked, seeds, options, commands)
        for seeds in (SMALL_SEEDS if asked.reduced else SEEDS)
    ]
    for name in ("plot", "report"):
        if all(part.state == "done" for part in parts):
            ending = commands.run(*SWEEP, name, asked.out)
            parts.append(Part("grid", name, ending.state, ending.seconds))
    return parts


def _options(asked: Asked) -> tuple[object, ...] | None:
    """Options of `sweep run` but for the seeds; None while the start is not trained."""
    options: tuple[object, ...] = ("--config", "reference", "--out", asked.out)
    options += ("--device", asked.device, "--jobs", asked.jobs)
    if asked.start == "trained":
        trained = best_srresnet(asked)
        if trained is None:
            return None
        options += ("--init", trained)
    if asked.photographs is not None:
        # JSON is YAML, and quotes whatever the path holds.
        source, _ = prepare_photographs(asked)
        options += ("--set", f"data.sources={json.dumps({source: 1.0})}")
    if asked.reduced:
        return (*options, *SMALL_GRID)
    chosen = {"--content": asked.content, "--metrics": asked.metrics}
    return (*options, *(word for pair in chosen.items() if pair[1] for word in pair))


def _seeds(asked: Asked, seeds: str, options: tuple[object, ...], commands: Commands) -> Part:
    ending = commands.run(*SWEEP, "run", *options, "--seeds", seeds)
    states = trial_states(asked.out, seeds.split(","))
    state: State = ending.state
    # Exit status 1: some trial failed or diverged, and the tables are written.
    if ending.status == 1 and set(states) <= set(ENDED):
        state = "done"
    figures = {f"trials {name}": float(number) for name, number in sorted(states.items())}
    figures |= _score_figures(asked.out)
    name = f"seeds {seeds}" if "," in seeds else f"seed {seeds}"
    return Part("grid", name, state, ending.seconds, figures)


def trial_states(folder: Path, seeds: list[str]) -> Counter[str]:
    """How many trials of some seeds are in which state, as `sweep status` has it."""
    done = subprocess.run(
        [sys.executable, *SWEEP, "status", str(folder), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    trials = json.loads(done.stdout)["trials"] if done.returncode == 0 else []
    marks = [f"-s{seed}-" for seed in seeds]
    return Counter(
        trial["state"] for trial in trials if any(mark in trial["name"] for mark in marks)
    )


def _score_figures(folder: Path) -> dict[str, float]:
    """Range of PSNR over the trials, and the lowest LPIPS, on the first test set."""
    from sweep.tables.files import read_results

    if not (folder / "results.csv").is_file():
        return {}
    results = read_results(folder)
    trials: Any = results[(results["method"] == "srgan") & (results["status"] == "done")]
    trials = trials[trials["dataset"] == results["dataset"].iloc[0]]
    psnr, lpips = trials["psnr_y"].dropna(), trials["lpips_alex"].dropna()
    figures: dict[str, float] = {}
    if len(psnr):
        figures |= {"psnr_y lowest": float(psnr.min()), "psnr_y highest": float(psnr.max())}
    if len(lpips):
        figures["lpips_alex lowest"] = float(lpips.min())
    return figures
