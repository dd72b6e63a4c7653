"""Watches a training: its values' health, its speed, and scalars of a batch in parts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


class Clock:
    """Wall-clock time of this attempt and the rate since the last lap.

    Args:
        iteration: Iterations done before this attempt.
    """

    def __init__(self, iteration: int) -> None:
        self._begin = self._last = time.monotonic()
        self._iteration = iteration

    def elapsed(self) -> float:
        """Seconds since this attempt began."""
        return time.monotonic() - self._begin

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leaves out what is no training, such as scoring on the way."""
        begin = time.monotonic()
        try:
            yield
        finally:
            lost = time.monotonic() - begin
            self._begin += lost
            self._last += lost

    def lap(self, iteration: int) -> float:
        """Iterations a second since the last lap."""
        now = time.monotonic()
        rate = (iteration - self._iteration) / max(now - self._last, 1e-9)
        self._last, self._iteration = now, iteration
        return rate


class Health:
    """Remembers on the device which value first stopped being finite, without waiting for it."""

    def __init__(self, device: torch.device) -> None:
        self._first = torch.full((), -1, dtype=torch.int64, device=device)
        self._values: Tensor | None = None
        self._names: list[str] = []

    def watch(self, values: dict[str, Tensor], iteration: int) -> None:
        """Looks at the values of one iteration; their names change once, after D's warm-up."""
        current = torch.stack(list(values.values()))
        if self._values is None or list(values) != self._names:
            if self.verdict():
                return
            self._values, self._names = current, list(values)
        fresh = (self._first < 0) & ~current.isfinite().all()
        self._first = torch.where(fresh, iteration, self._first)
        self._values = torch.where(fresh, current, self._values)

    def verdict(self) -> str | None:
        """Names the first non-finite value, or None; waits for the device."""
        if self._values is None or self._first.item() < 0:
            return None
        broken = [
            name
            for name, finite in zip(self._names, self._values.isfinite().tolist(), strict=True)
            if not finite
        ]
        return f"{', '.join(broken)} not finite at iteration {self._first.item()}"


def combine_parts(parts: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Scalars of a whole batch from those of its equal parts.

    Args:
        parts: What `GanStep.accumulate` returned for each part; may be empty.

    Returns:
        The mean of each loss and probability. The parts' gradients lie side by side in the
        batch's, each divided by the number of parts, so their norms add up as squares.
    """
    if len(parts) <= 1:
        return parts[0] if parts else {}
    combined = {}
    for name in parts[0]:
        values = torch.stack([part[name] for part in parts])
        combined[name] = values.norm() / len(parts) if name.startswith("grad_") else values.mean()
    return combined
