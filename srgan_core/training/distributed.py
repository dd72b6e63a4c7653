"""One training over several processes, as torchrun starts them."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True)
class Processes:
    """This process among all that train one generator."""

    rank: int = 0
    world_size: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes files."""
        return self.rank == 0

    def wrap(self, network: nn.Module | None) -> nn.Module | None:
        """Averages the network's gradients over all processes in its backward pass.

        BatchNorm statistics stay those of each process; rank 0's are the ones that are saved.
        """
        if network is None or self.world_size == 1:
            return network
        # PyTorch 2.15 renamed the option and warns of the old name.
        known = inspect.signature(DistributedDataParallel).parameters
        names = ("forward_sync_buffers", "broadcast_buffers")
        options: dict[str, Any] = {next(name for name in names if name in known): False}
        return DistributedDataParallel(network, **options)

    def agree(self, flag: bool, device: torch.device) -> bool:
        """Whether the flag is raised in any process."""
        if self.world_size == 1:
            return flag
        tensor = torch.tensor(float(flag), device=device)
        distributed.all_reduce(tensor, distributed.ReduceOp.MAX)
        return bool(tensor.item())


def place_from_environment() -> tuple[int, int]:
    """This process's rank and the number of processes, as torchrun gives them: 0 and 1 alone."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


@contextmanager
def join_processes(device: torch.device) -> Iterator[Processes]:
    """Joins torchrun's group for as long as the context lasts.

    Args:
        device: Where this process trains; decides between nccl and gloo.

    Yields:
        This process's place; a lone one where torchrun did not start it.
    """
    _, world_size = place_from_environment()
    if world_size == 1:
        yield Processes()
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Processes(distributed.get_rank(), world_size)
    finally:
        distributed.destroy_process_group()
