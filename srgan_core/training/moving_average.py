"""The exponential moving average of a generator."""

from __future__ import annotations

import copy
from itertools import chain

import torch
from torch import Tensor, nn


class MovingAverage(nn.Module):
    """The moving average of a network's weights and buffers.

    The values and the names of `torch.optim.swa_utils.AveragedModel` with
    `get_ema_multi_avg_fn(decay)` and `use_buffers`, bit for bit, in a few operations instead of
    several a tensor, and without the processor asking the GPU how many were averaged.

    Args:
        network: Whose average it is; on its device, and not replaced later on.
        decay: Share of the average that an update keeps, from 0 to 1.
    """

    n_averaged: Tensor

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__()
        self.module, self.decay = copy.deepcopy(network), decay
        self._averages, self._counted_averages = _by_kind(self.module)
        self._values, self._counts = _by_kind(network)
        self.register_buffer(
            "n_averaged", torch.zeros((), dtype=torch.int64, device=self._values[0].device)
        )

    @torch.no_grad()
    def update(self, first: bool) -> None:
        """Takes the network in as it is now.

        Args:
            first: Whether nothing was averaged yet; the average is then the network.
        """
        if first:
            torch._foreach_copy_(self._averages, self._values)
        else:
            torch._foreach_lerp_(self._averages, self._values, 1 - self.decay)
        if self._counts:
            counts = torch.stack(self._counts)
            if not first:
                before = torch.stack(self._counted_averages)
                counts = before * self.decay + counts * (1 - self.decay)
            torch._foreach_copy_(self._counted_averages, counts.unbind())
        self.n_averaged += 1


def _by_kind(network: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
    """All weights and buffers: fractions, and what counts batches."""
    tensors = [tensor.detach() for tensor in chain(network.parameters(), network.buffers())]
    counts = [tensor for tensor in tensors if not tensor.is_floating_point()]
    return [tensor for tensor in tensors if tensor.is_floating_point()], counts
