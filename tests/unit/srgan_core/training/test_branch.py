from __future__ import annotations

import pytest
import torch
from torch import Tensor

from srgan_core.training.branch import Branch


def begun(branch: Branch, values: Tensor) -> tuple[Tensor, Tensor]:
    """Doubles on the main line and, beside it, what a branch makes of that; the branch goes on."""
    doubled = 2 * values
    with branch.aside(doubled):
        made = doubled.cumsum(0)
        branch.deliver(made)
        later = made.flip(0)
    branch.receive()
    return made + 1, later


def test_without_a_recording_work_is_done_at_once_and_nothing_is_kept():
    branch, values = Branch(), torch.arange(4.0)
    made, later = begun(branch, values)
    assert made.tolist() == [1, 3, 7, 13]
    assert later.tolist() == [12, 6, 2, 0]
    assert branch._stream is None
    assert not branch._kept
    branch.join()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_recording_runs_it_on_a_stream_of_its_own():
    branch, values = Branch(), torch.zeros(1_000_000, device="cuda")
    begun(branch, values)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        made, later = begun(branch, values)
        assert branch._kept
        branch.join()
        assert not branch._kept
    assert branch._stream is not None
    for value in (1, 2):
        values.fill_(value)
        graph.replay()
        assert made[-1].item() == 2_000_000 * value + 1
        assert later[-1].item() == 2 * value
