"""Fits a config to this machine: device, threads, precision, and how many trials at once."""

from __future__ import annotations

import math
from typing import Any

import psutil

from srgan_core.cores import usable_cores
from srgan_core.errors import ConfigError
from srgan_core.training.config import TrainingConfig
from sweep.config.axes import configs_of
from sweep.config.sweep_config import SweepConfig

BASE_MEMORY = 1.5e9
"""Bytes that PyTorch, the metrics and the networks of one worker take."""

BYTES_PER_ACTIVATION_PIXEL = 9_000
"""Peak memory of a step over its HR pixels, measured at 96 px with VGG-16 cuts."""


def resolve_machine(
    config: SweepConfig, stored: SweepConfig | None, elsewhere: bool = False
) -> SweepConfig:
    """Fixes device, threads and precision; a folder keeps the ones that it was begun with.

    Args:
        config: What is asked for.
        stored: What the folder holds.
        elsewhere: Whether trials run on machines that this one knows nothing of.

    Returns:
        The config without `auto` and null.

    Raises:
        ConfigError: when only those other machines could say what `auto` is.
        UnavailableDeviceError: when the device is not here.
    """
    threads = config.threads or (stored.threads if stored else None) or _threads(config)
    device: str = config.device
    if device == "auto" and stored:
        device = stored.device
    if elsewhere:
        _require_known(config, stored, device)
    elif device != "cpu":
        from srgan_core.training.hardware import resolve_device

        device = resolve_device(device).type
    sections: dict[str, Any] = {}
    for name in ("srresnet", "srgan"):
        section = getattr(config, name)
        before = getattr(stored, name).training if stored else None
        if section.training is not None:
            training = _resolve_precision(section.training, before, device)
            sections[name] = section.model_copy(update={"training": training})
    before = stored.adversarial if stored else None
    sections["adversarial"] = _resolve_precision(config.adversarial, before, device)
    return config.model_copy(update={"threads": threads, "device": device, **sections})


def _require_known(config: SweepConfig, stored: SweepConfig | None, device: str) -> None:
    """Refuses to guess what other machines have, and what they compute fast in."""
    if device not in ("cpu", "cuda"):
        raise ConfigError(
            f"device {device!r}: the trials run on other machines than this one, which cannot tell "
            "what they have; give --device cuda or --device cpu"
        )
    before = _trainings(stored) if stored else {}
    unknown = [
        key
        for key, part in _trainings(config).items()
        if part and part.precision == "auto" and not before.get(key)
    ]
    if unknown and device == "cuda":
        raise ConfigError(
            f"{', '.join(f'{key}.precision' for key in unknown)}: expected a precision with "
            "--device cuda for trials on other machines than this one, got auto; give "
            f"{' '.join(f'--set {key}.precision=bfloat16' for key in unknown)} for GPUs that "
            "multiply it natively (since Ampere), else float32"
        )


def _trainings(config: SweepConfig) -> dict[str, TrainingConfig | None]:
    return {
        "adversarial": config.adversarial,
        "srresnet.training": config.srresnet.training,
        "srgan.training": config.srgan.training,
    }


def _resolve_precision(
    section: TrainingConfig, before: TrainingConfig | None, device: str
) -> TrainingConfig:
    """Names what `auto` stands for: weights depend on it, so a trial's id must."""
    if section.precision != "auto":
        return section
    if before is not None:
        return section.model_copy(update={"precision": before.precision})
    import torch

    from srgan_core.training.hardware import resolve_precision

    precision = resolve_precision("auto", torch.device(device))
    return section.model_copy(update={"precision": str(precision).removeprefix("torch.")})


def _threads(config: SweepConfig) -> int:
    """One a trial while there are as many trials as cores: that trains the most in an hour."""
    grid = config.grid
    axes = (grid.content, grid.seeds, grid.start, grid.coefficients, *grid.axes.values())
    return max(1, usable_cores() // math.prod(map(len, axes)))


def trial_memory(config: TrainingConfig) -> float:
    """Estimates the peak memory of one trial, in bytes."""
    pixels = config.batch_size // config.accumulate * config.patch_size**2
    return BASE_MEMORY + pixels * BYTES_PER_ACTIVATION_PIXEL


def jobs_at_once(config: SweepConfig, trials: int, gpu: int | None = None) -> int:
    """Chooses how many of the trials of a resolved config run beside each other.

    Results do not depend on it, nor on the number of the `gpu` where a certain one is to be used.

    Returns:
        On a CPU as many as have cores and memory of their own; one for each GPU; at least 1.
    """
    if config.device == "cuda" and gpu is None:
        import torch

        slots = torch.cuda.device_count()
    elif config.device != "cpu":
        slots = 1
    else:
        largest = max(trial_memory(each.adversarial) for each in configs_of(config))
        fitting = psutil.virtual_memory().available // largest
        slots = min(usable_cores() // (config.threads or 1), int(fitting))
    return max(1, min(slots, trials))
