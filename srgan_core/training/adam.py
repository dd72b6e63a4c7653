"""Adam without the import of PyTorch's compiler, which nothing here runs through it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Adam, Optimizer

_step: Callable[..., Any] = inspect.unwrap(Adam.step)


class FusedAdam(Adam):
    """PyTorch's fused Adam, bit for bit.

    PyTorch wraps these methods to keep `torch.compile` out of them. At the first call the wrapping
    imports the compiler, which takes as long as importing PyTorch itself, in each process that
    trains. Here are the methods without it; a version that wraps nothing gives its own.
    """

    add_param_group = inspect.unwrap(Optimizer.add_param_group)
    load_state_dict = inspect.unwrap(Optimizer.load_state_dict)
    state_dict = inspect.unwrap(Optimizer.state_dict)
    zero_grad = inspect.unwrap(Optimizer.zero_grad)

    def set_rate(self, learning_rate: float) -> None:
        """Sets the learning rate of all parameters; a tensor of it stays where it is recorded."""
        for group in self.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(learning_rate)
            else:
                group["lr"] = learning_rate

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Moves the parameters by their gradients, as `torch.optim.Adam.step`."""
        return _step(self, closure)
