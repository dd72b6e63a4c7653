"""First stage: what a step costs beside the article's, and what trials gain that share a GPU."""

from __future__ import annotations

from typing import Any

import torch
from support.commands import Commands
from support.reference import (
    BENCHMARKS,
    SMALL_EVAL,
    Asked,
    Part,
    read_record,
    run_once,
)

from srgan_core.training.hardware import resolve_precision
from sweep.config.loading import load_config
from sweep.config.sweep_config import SweepConfig

STEP_SIZE = ("--all",)
SMALL_STEP_SIZE = (
    *("--content", "mse", "--batch", "2", "--patch", "32"),
    *("--rounds", "1", "--roofline-seconds", "0.1"),
)

PACKING_SIZE = ("--steps", "1000")
"""On a GPU sixty steps, the default, would be over before PyTorch is imported."""

SMALL_PACKING_SIZE = (
    *("--steps", "2", "--content", "mse", "--adv", "1e-3"),
    *("--set", "adversarial.discriminator={channels: 8, warmup_steps: 1}"),
    *SMALL_EVAL,
)

PUBLISHED = "voc2012"


def measure_tables(asked: Asked, commands: Commands) -> list[Part]:
    """Measures what is not measured yet, and says what the published experiment would cost."""
    folder = asked.beside("tables")
    common = ("--device", asked.device, "--threads", asked.threads, "--json")
    step_file, packing_file = folder / "train_step.json", folder / "packing.json"
    step_size = SMALL_STEP_SIZE if asked.reduced else STEP_SIZE
    step = run_once(
        commands, step_file, BENCHMARKS / "train_step.py", *step_size, *common, step_file
    )
    packing_size = SMALL_PACKING_SIZE if asked.reduced else PACKING_SIZE
    packing = run_once(
        commands,
        packing_file,
        *(BENCHMARKS / "packing.py", *packing_size, *_first_content(asked)),
        *("--jobs", asked.jobs, *common, packing_file),
    )
    steps, beside = read_record(step_file), read_record(packing_file)
    return [
        Part("tables", "train_step", step.state, step.seconds, _step_figures(steps)),
        Part("tables", "packing", packing.state, packing.seconds, _packing_figures(beside)),
        _published(steps, asked.device),
    ]


def _first_content(asked: Asked) -> tuple[str, ...]:
    """Weights that the grid cannot have, packing cannot have either."""
    if asked.content is None or asked.reduced:
        return ()
    return ("--content", asked.content.partition(",")[0])


def _step_figures(record: dict[str, Any]) -> dict[str, float]:
    figures = {
        f"{row['content']} {row['precision']} step_s": row["engine_s"]
        for row in record.get("rows", [])
    }
    return {**figures, "ratio": record["ratio"]} if record else {}


def _packing_figures(record: dict[str, Any]) -> dict[str, float]:
    return {"ratio": record["ratio"]} if record else {}


def _published(record: dict[str, Any], device: str) -> Part:
    """GPU-hours of the config `voc2012`, from the steps measured with its batch and patches."""
    config = load_config(PUBLISHED)
    size = (config.adversarial.batch_size, config.adversarial.patch_size)
    measured = (record.get("batch"), record.get("patch"))
    if device != "cuda" or measured != size:
        remark = f"not told: needs steps of {size[0]} patches of {size[1]} px on a GPU"
        return Part("tables", PUBLISHED, "done" if record else "goes on", remark=remark)
    precision = str(resolve_precision("auto", torch.device(device))).removeprefix("torch.")
    seconds = {
        row["content"]: row["engine_s"] for row in record["rows"] if row["precision"] == precision
    }
    return Part(
        *("tables", PUBLISHED, "done"),
        figures={"gpu_hours_at_most": published_hours(config, seconds)},
        remark=f"in {precision}, one trial at a time; every step counted as one with D",
    )


def published_hours(config: SweepConfig, step_seconds: dict[str, float]) -> float:
    """Hours of a whole sweep with one seed and a SRResNet of its own.

    Args:
        config: The sweep.
        step_seconds: Content loss to the seconds of a step with a discriminator. The lambda = 0
            controls and the SRResNet have none and cost less.

    Returns:
        An upper bound of the training alone.
    """
    lambdas = {*config.grid.adv, *((0.0,) if config.grid.control else ())}
    trials = sum(step_seconds[content] for content in config.grid.content) * len(lambdas)
    total = trials * config.adversarial.steps
    if config.srresnet.training is not None:
        total += step_seconds["mse"] * config.srresnet.training.steps
    return total / 3600
