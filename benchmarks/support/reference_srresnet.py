"""Second stage: SRResNets trained to convergence, with and without dead leaves."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import yaml
from support.commands import Commands
from support.photographs import split_photographs
from support.reference import CONFIGS, SWEEP, Asked, Part, read_record, run_once

from srgan_core.yaml_files import read_yaml

RECIPE = CONFIGS / "srresnet-x4-gpu.yaml"

SMALL_TRAINING = {
    "steps": 4,
    "batch_size": 2,
    "patch_size": 32,
    "freeze_batchnorm_after": 3,
    "checkpoint_every": 2,
    "log_every": 2,
}

SMALL_LEAVES = {"images": 2, "size": 128}

HELD_OUT_METRIC = "psnr_y"
"""Chosen by on the photographs that were held out; Set5 is told and decides nothing."""


def train_srresnets(asked: Asked, commands: Commands) -> list[Part]:
    """Trains and scores one SRResNet for each share of dead leaves."""
    photographs, held_out = prepare_photographs(asked)
    parts: list[Part] = []
    for share in asked.leaves:
        folder = _folder(asked, share)
        spec = _spec(asked, photographs, share)
        if refusal := _recipe_refusal(folder, spec):
            parts.append(Part("srresnet", folder.name, "failed", remark=refusal))
            continue
        parts += [
            _trained(folder, spec, commands),
            _scored(folder, _test_sets(held_out), asked.device, commands),
        ]
    return parts


def prepare_photographs(asked: Asked) -> tuple[str, str]:
    """Data source of the photographs, and the test set of those held out."""
    if asked.photographs is None:
        return "skimage", "skimage3"
    split = split_photographs(asked.photographs, asked.beside("srresnet") / "photographs")
    train, held_out = (f"folder:{folder}" for folder in split)
    return train, held_out


def best_srresnet(asked: Asked) -> Path | None:
    """The generator with the best PSNR on held-out photographs; None until all are scored."""
    scores = {}
    for share in asked.leaves:
        folder = _folder(asked, share)
        datasets = read_record(folder / "scores.metrics.json").get("datasets", {})
        held_out = datasets.get("heldout") or datasets.get("skimage3")
        if held_out is None:
            return None
        scores[folder / "generator.safetensors"] = held_out["means"][HELD_OUT_METRIC]
    return max(scores, key=lambda path: float(scores[path]))


def _folder(asked: Asked, share: float) -> Path:
    return asked.beside("srresnet") / f"leaves-{share:g}"


def _spec(asked: Asked, photographs: str, share: float) -> dict[str, Any]:
    spec = read_yaml(RECIPE)
    sources = {photographs: 1 - share, "dead-leaves": share}
    spec["data"] = {"sources": {name: part for name, part in sources.items() if part > 0}}
    spec["device"] = asked.device
    if asked.reduced:
        spec["training"] |= SMALL_TRAINING
        spec["data"]["dead_leaves"] = SMALL_LEAVES
    return spec


def _recipe_refusal(folder: Path, spec: dict[str, Any]) -> str:
    """Why the generator that is there cannot count as trained by this spec; empty if it can."""
    if not (folder / "generator.safetensors").is_file():
        return ""
    if read_yaml(folder / "spec.yaml") == spec:
        return ""
    return f"{folder} holds a generator of another recipe; choose another --out"


def _trained(folder: Path, spec: dict[str, Any], commands: Commands) -> Part:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spec.yaml").write_text(yaml.safe_dump(spec, sort_keys=False), encoding="utf-8")
    test_images = ("--test-images", _set5()) if _set5() else ()
    ending = run_once(
        *(commands, folder / "generator.safetensors"),
        *("-m", "srgan_core.training", folder / "spec.yaml", "--out", folder, *test_images),
    )
    figures = _log_figures(folder / "log.jsonl", spec["training"]["batch_size"])
    return Part("srresnet", f"{folder.name} trained", ending.state, ending.seconds, figures)


def _scored(folder: Path, sets: tuple[str, ...], device: str, commands: Commands) -> Part:
    name = f"{folder.name} scored"
    generator, scores = folder / "generator.safetensors", folder / "scores.metrics.json"
    if not generator.is_file():
        return Part("srresnet", name, "goes on", remark="waits for the training")
    if len(read_record(scores).get("datasets", {})) < len(sets):
        scores.unlink(missing_ok=True)
    ending = run_once(
        *(commands, scores, *SWEEP, "score", "--generator", generator, "--device", device),
        *("--eval", ",".join(sets), "--metrics", "psnr,ssim", "-o", folder / "scores.csv"),
    )
    datasets = read_record(scores).get("datasets", {})
    figures = {
        f"{dataset} {column}": float(record["means"][column])
        for dataset, record in datasets.items()
        for column in ("psnr_y", "ssim_y")
    }
    return Part("srresnet", name, ending.state, ending.seconds, figures)


def _test_sets(held_out: str) -> tuple[str, ...]:
    return (held_out, "set5") if _set5() else (held_out,)


def _set5() -> Path | None:
    """Set5 where SWEEP_DATA has it; it is not downloaded for this."""
    root = os.environ.get("SWEEP_DATA")
    folder = Path(root) / "Set5" if root else None
    return folder if folder is not None and folder.is_dir() else None


def _log_figures(log: Path, batch_size: int) -> dict[str, float]:
    """The last line of a training's log: how far it is, and what a step takes."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    if not lines:
        return {}
    last = json.loads(lines[-1])
    return {"steps": last["step"], "step_s": batch_size / last["patches_per_second"]}
