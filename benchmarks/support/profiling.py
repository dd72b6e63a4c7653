"""Where the time of a training step goes: PyTorch's operators by the kind of layer they serve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import torch
from support.step_work import (
    ADAM,
    BACKWARD,
    CASTS,
    FORWARD,
    NORMS,
    POOLS,
    PRODUCTS,
    RECTIFIERS,
    REST,
)
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

ENCLOSING = {"Optimizer.step": ADAM, "_SharedSlopeRectifier": RECTIFIERS}
"""Beginnings of names; everything within such an event belongs to the kind."""

OPERATORS = {
    "convolution": FORWARD,
    "batch_norm": NORMS,
    "leaky_relu": RECTIFIERS,
    "prelu": RECTIFIERS,
    "relu": RECTIFIERS,
    "threshold": RECTIFIERS,
    "clamp_min": RECTIFIERS,
    "max_pool": POOLS,
    "mm": PRODUCTS,
    "copy_": CASTS,
    "_to_copy": CASTS,
    "fill_": CASTS,
}
"""Parts of an operator's name, the first that fits; convolutions of a backward pass apart."""


def kinds_of_time(
    work: Callable[[], object], rounds: int, device: torch.device
) -> dict[str, float]:
    """Runs something under PyTorch's profiler.

    Args:
        work: What to look into; run before, so that nothing is built or loaded in it.
        rounds: How often.
        device: Where it computes; of a GPU the time of the kernels counts.

    Returns:
        Seconds of one round by kind of layer.
    """
    activities = [ProfilerActivity.CPU]
    time_of = attrgetter("self_cpu_time_total")
    if device.type == "cuda":
        activities.append(ProfilerActivity.CUDA)
        time_of = attrgetter("self_device_time_total")
    with profile(activities=activities) as recorded:
        for _ in range(rounds):
            work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
    seconds: Counter[str] = Counter()
    for event in recorded.events():
        # A kernel's time is also that of the operator that launched it.
        if event.device_type == DeviceType.CPU:
            seconds[_kind(event)] += time_of(event) / 1e6 / rounds
    return dict(seconds)


def _kind(event: Any) -> str:
    around = list(_within(event))
    for name in around:
        for beginning, kind in ENCLOSING.items():
            if name.startswith(beginning):
                return kind
    own = event.name.rpartition("::")[2]
    kind = next((kind for part, kind in OPERATORS.items() if part in own), REST)
    if kind == FORWARD and any(name.startswith("autograd::engine") for name in around):
        return BACKWARD
    return kind


def _within(event: Any) -> Any:
    while event is not None:
        yield event.name
        event = event.cpu_parent
