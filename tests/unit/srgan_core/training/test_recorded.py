from __future__ import annotations

import pytest
import torch
from torch import Tensor

from srgan_core.data.patches import Batch
from srgan_core.training.recorded import PLAIN_RUNS, Recorder, is_recordable

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


class Sum:
    """Adds batches up in memory of its own, times the phase."""

    def __init__(self, device: str) -> None:
        self.total = torch.zeros((), device=device)
        self.calls = 0

    def __call__(self, batch: Batch, phase: int) -> dict[str, Tensor]:
        self.calls += 1
        self.total += phase * (batch.lr.sum() + batch.hr.sum())
        return {"total": self.total.clone()}


def batch(value: float, device: str) -> Batch:
    return Batch(torch.full((2,), value, device=device), torch.full((3,), value, device=device))


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16, torch.float16])
def test_float16_and_what_is_no_gpu_of_cuda_are_not_recorded(precision):
    assert is_recordable(torch.device("cuda", 1), precision) == (precision != torch.float16)
    assert not is_recordable(torch.device("cpu"), precision)
    assert not is_recordable(torch.device("mps"), precision)


@pytest.mark.parametrize(
    ("device", "records"),
    [("cpu", False), *(pytest.param("cuda", r, marks=needs_cuda) for r in (False, True))],
)
def test_every_batch_is_worked_on_once_in_the_way_of_its_phase(device, records):
    work, recorder = Sum(device), Recorder[int](torch.device(device), records)
    totals = [
        recorder.run(work, batch(value, device), phase)["total"].item()
        for value, phase in ((1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 10), (8, 10))
    ]
    assert totals == [5, 15, 30, 50, 75, 105, 455, 855]
    # In the first phase plain, then to record; in the second plain alone.
    assert work.calls == (PLAIN_RUNS + 1 + 2 if records else 8)
    assert recorder.first_runs == (PLAIN_RUNS + 1 if records else 1)
