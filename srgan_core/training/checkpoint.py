"""Training states on disk: a folder, renamed into place once, with a manifest of hashes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from srgan_core.errors import CheckpointError
from srgan_core.files import (
    drop_folder,
    file_sha256,
    make_folder,
    publish_folder,
    temporary_name,
    write_atomically,
)

TENSORS, MANIFEST = "state.safetensors", "manifest.json"
SCHEMA = 1

KEPT = 2
"""Checkpoints that stay while a run goes on, so that one may be lost."""

DAMAGED = "damaged-"
"""What the name of a checkpoint begins with that was set aside."""

OnDamaged = Callable[[Path, str], None]
"""Called with a checkpoint that was set aside and the reason."""


@dataclass(frozen=True)
class TrainingState:
    """What a run needs to go on.

    Attributes:
        iteration: Iterations done, the discriminator's warm-up included.
        spec: Digest of the spec that the state belongs to.
        extra: JSON-ready values (scaler, elapsed seconds, position in the log).
        tensors: Networks and optimizers by flat name.
    """

    iteration: int
    spec: str
    extra: dict[str, Any]
    tensors: dict[str, Tensor]


def save_checkpoint(folder: Path, state: TrainingState) -> Path:
    """Writes a checkpoint and drops all but the last `KEPT`.

    Returns:
        The checkpoint's own folder.
    """
    target = folder / f"{state.iteration:09d}"
    temporary = temporary_name(target)
    try:
        _write(temporary, state)
        publish_folder(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    for old in _checkpoints(folder)[:-KEPT]:
        drop_folder(old)
    return target


def _write(folder: Path, state: TrainingState) -> None:
    make_folder(folder.parent)
    folder.mkdir()
    tensors = {name: value.detach().cpu().contiguous() for name, value in state.tensors.items()}
    write_atomically(folder / TENSORS, save(tensors))
    manifest = {
        "schema": SCHEMA,
        "iteration": state.iteration,
        "spec": state.spec,
        "extra": state.extra,
        "bytes": (folder / TENSORS).stat().st_size,
        "sha256": file_sha256(folder / TENSORS),
    }
    write_atomically(folder / MANIFEST, json.dumps(manifest, indent=1).encode())


def load_checkpoint(
    folder: Path, spec: str, on_damaged: OnDamaged = lambda checkpoint, reason: None
) -> TrainingState | None:
    """Reads the newest checkpoint that is whole; damaged ones are set aside.

    Args:
        folder: Where checkpoints live; need not exist.
        spec: Digest of the spec that is about to run.
        on_damaged: Told about every checkpoint that is set aside, by its new name, and why.

    Returns:
        The state, or None when there is nothing to go on from.

    Raises:
        CheckpointError: when a whole checkpoint belongs to another spec.
    """
    for checkpoint in reversed(_checkpoints(folder)):
        try:
            state = _read(checkpoint)
        except CheckpointError as error:
            on_damaged(_set_aside(checkpoint), str(error))
            continue
        if state.spec != spec:
            raise CheckpointError(
                f"{checkpoint}: belongs to another training spec; go on with the settings that it "
                f"was begun with, or move {folder} away to start anew"
            )
        return state
    return None


def _set_aside(checkpoint: Path) -> Path:
    aside = checkpoint.with_name(f"{DAMAGED}{checkpoint.name}")
    drop_folder(aside)
    # Another process of the same run may have done it first.
    with suppress(FileNotFoundError):
        checkpoint.rename(aside)
    return aside


def _checkpoints(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.name.isdigit())


def _read(checkpoint: Path) -> TrainingState:
    try:
        manifest = json.loads((checkpoint / MANIFEST).read_bytes())
        size = (checkpoint / TENSORS).stat().st_size
        if size != manifest["bytes"] or file_sha256(checkpoint / TENSORS) != manifest["sha256"]:
            raise CheckpointError(f"{checkpoint}: its bytes changed since it was written")
        return TrainingState(
            iteration=int(manifest["iteration"]),
            spec=str(manifest["spec"]),
            extra=dict(manifest["extra"]),
            tensors=load_file(checkpoint / TENSORS),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError, SafetensorError) as error:
        raise CheckpointError(f"{checkpoint}: cannot be read ({error})") from None


def flatten(
    modules: Mapping[str, nn.Module | None], optimizers: Mapping[str, torch.optim.Optimizer | None]
) -> dict[str, Tensor]:
    """Collects networks and optimizers under flat names.

    Returns:
        `<module>/<parameter>` and `<optimizer>/<index>/<slot>` to tensor.
    """
    tensors: dict[str, Tensor] = {}
    for name, module in modules.items():
        if module is not None:
            tensors |= {f"{name}/{key}": value for key, value in module.state_dict().items()}
    for name, optimizer in optimizers.items():
        if optimizer is not None:
            for index, slots in optimizer.state_dict()["state"].items():
                tensors |= {f"{name}/{index}/{slot}": value for slot, value in slots.items()}
    return tensors


def restore(
    tensors: Mapping[str, Tensor],
    modules: Mapping[str, nn.Module | None],
    optimizers: Mapping[str, torch.optim.Optimizer | None],
) -> None:
    """Puts flat tensors back where `flatten` took them from."""
    for name, module in modules.items():
        if module is not None:
            module.load_state_dict(_below(tensors, name))
    for name, optimizer in optimizers.items():
        if optimizer is not None:
            state: dict[int, dict[str, Tensor]] = {}
            for key, value in _below(tensors, name).items():
                index, slot = key.split("/")
                state.setdefault(int(index), {})[slot] = value
            _lay_out_like_parameters(state, optimizer)
            groups = optimizer.state_dict()["param_groups"]
            optimizer.load_state_dict({"state": state, "param_groups": groups})


def _lay_out_like_parameters(
    state: dict[int, dict[str, Tensor]], optimizer: torch.optim.Optimizer
) -> None:
    """Gives moments the strides of their parameters: fused Adam walks both in memory order."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for index, slots in state.items():
        for slot, value in slots.items():
            if value.shape == parameters[index].shape:
                slots[slot] = torch.empty_like(parameters[index]).detach().copy_(value)


def _below(tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    prefix = f"{name}/"
    return {key.removeprefix(prefix): t for key, t in tensors.items() if key.startswith(prefix)}
