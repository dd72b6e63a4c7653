"""The same work on one batch after the other; on a GPU of CUDA recorded once and then replayed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from torch import Tensor

from srgan_core.data.patches import Batch

PLAIN_RUNS = 3
"""Before a recording, as PyTorch advises: libraries allocate and choose what they need."""

Phase = TypeVar("Phase")

Work = Callable[[Batch, Phase], dict[str, Tensor]]


def is_recordable(device: torch.device, precision: torch.dtype) -> bool:
    """Whether an update in a precision never waits for the device, as float16's scaling does."""
    return device.type == "cuda" and precision != torch.float16


class Recorder(Generic[Phase]):
    """Runs the same work again and again, on a GPU as a CUDA graph that is replayed.

    An update of both networks is a thousand kernels of a few microseconds each. A processor takes
    longer to launch them than a large GPU to run them; a graph is launched at once. The kernels
    and their order stay the same, and so does every byte.

    Args:
        device: Where the work runs.
        records: Whether to record at all.
    """

    def __init__(self, device: torch.device, records: bool) -> None:
        self.records = records
        # Above that of branches: the main line is what an update waits for.
        self._stream = torch.cuda.Stream(device, priority=-1) if records else None
        self._phase: Phase | None = None
        self._plain_runs = 0
        self._recording: _Recording | None = None

    @property
    def first_runs(self) -> int:
        """How many runs of a phase take longer than those after them."""
        return PLAIN_RUNS + 1 if self.records else 1

    def run(self, work: Work[Phase], batch: Batch, phase: Phase) -> dict[str, Tensor]:
        """Does the work; the values hold until the next call.

        Args:
            work: Computes a batch's values from the batch and the phase. It must launch the same
                kernels on the same memory in every call of a phase and never wait for the GPU.
            batch: Of the same sizes in every call.
            phase: What the work is like; another phase is recorded anew.
        """
        if not self.records or self._stream is None:
            return work(batch, phase)
        if phase != self._phase:
            self._phase, self._plain_runs, self._recording = phase, 0, None
        if self._plain_runs < PLAIN_RUNS:
            self._plain_runs += 1
            return _run_aside(self._stream, work, batch, phase)
        if self._recording is None:
            self._recording = _record(self._stream, work, batch, phase)
        return self._recording.replay(batch)


@dataclass(frozen=True)
class _Recording:
    """A graph with the memory that it reads from and writes to."""

    graph: torch.cuda.CUDAGraph
    batch: Batch
    values: dict[str, Tensor]

    def replay(self, batch: Batch) -> dict[str, Tensor]:
        self.batch.lr.copy_(batch.lr)
        self.batch.hr.copy_(batch.hr)
        self.graph.replay()
        return self.values


def _run_aside(
    stream: torch.cuda.Stream, work: Work[Phase], batch: Batch, phase: Phase
) -> dict[str, Tensor]:
    """Runs work on a stream of its own: a recording must find nothing on the default."""
    main = torch.cuda.current_stream(stream.device)
    stream.wait_stream(main)
    with torch.cuda.stream(stream):
        values = work(batch, phase)
    main.wait_stream(stream)
    return values


def _record(stream: torch.cuda.Stream, work: Work[Phase], batch: Batch, phase: Phase) -> _Recording:
    static = Batch(batch.lr.clone(), batch.hr.clone())
    graph = torch.cuda.CUDAGraph()
    # Other threads of the process may use the GPU meanwhile.
    with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
        values = work(static, phase)
    return _Recording(graph, static, values)
