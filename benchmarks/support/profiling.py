"""Where the time of a training step goes: PyTorch's operators by the kind of layer they serve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

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


def kinds_of_time(work: Callable[[], object], rounds: int) -> dict[str, float]:
    """Runs something under PyTorch's profiler.

    Args:
        work: What to look into; run before, so that nothing is built or loaded in it.
        rounds: How often.

    Returns:
        Seconds of one round by kind of layer.
    """
    with profile(activities=[ProfilerActivity.CPU]) as recorded:
        for _ in range(rounds):
            work()
    seconds: Counter[str] = Counter()
    for event in recorded.events():
        seconds[_kind(event)] += event.self_cpu_time_total / 1e6 / rounds
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
