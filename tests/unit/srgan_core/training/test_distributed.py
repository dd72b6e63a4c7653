from __future__ import annotations

import pytest
import torch
from torch import nn

from srgan_core.training.distributed import Processes, join_processes

CPU = torch.device("cpu")


def test_lone_process_writes_files_and_wraps_nothing():
    lone = Processes()
    network = nn.Linear(1, 1)
    assert lone.first
    assert lone.wrap(network) is network
    assert lone.wrap(None) is None


@pytest.mark.parametrize("flag", [True, False])
def test_lone_process_agrees_with_itself(flag: bool):
    assert Processes().agree(flag, CPU) is flag


def test_only_rank_zero_writes_files():
    assert [Processes(rank, 3).first for rank in range(3)] == [True, False, False]


@pytest.mark.parametrize("world_size", [None, "1"])
def test_process_that_torchrun_did_not_start_is_alone(monkeypatch, world_size: str | None):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    if world_size:
        monkeypatch.setenv("WORLD_SIZE", world_size)
    with join_processes(CPU) as processes:
        assert processes == Processes(0, 1)
    assert not torch.distributed.is_initialized()
