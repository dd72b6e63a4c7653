"""Work beside the main line of an update, where a GPU has room for both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


class Branch:
    """Work that the main line does not wait for until it needs it.

    Most kernels of an update are too small to fill a large GPU. Where a CUDA graph is being
    recorded, a branch's work goes to a stream of its own, and its kernels run beside those of the
    main line. Elsewhere it is done at once. The values are the same.

    Memory that one side frees is used again by that side at once, whatever the other still reads:
    tensors that cross over are kept until the branch is joined.
    """

    def __init__(self) -> None:
        self._stream: torch.cuda.Stream | None = None
        self._delivery: torch.cuda.Event | None = None
        self._kept: list[Tensor] = []

    @contextmanager
    def aside(self, *taken: Tensor) -> Iterator[None]:
        """Does what is in the context on the branch, after all that the main line did so far.

        Args:
            taken: What the main line made and the branch reads.
        """
        if not _is_recording():
            yield
            return
        self._stream = self._stream or torch.cuda.Stream()
        self._stream.wait_stream(torch.cuda.current_stream())
        self._kept += taken
        with torch.cuda.stream(self._stream):
            yield

    def deliver(self, *made: Tensor) -> None:
        """Says, within `aside`, that what the main line waits for is done.

        Args:
            made: What the branch made and the main line reads.
        """
        if _is_recording():
            self._kept += made
            self._delivery = torch.cuda.current_stream().record_event()

    def receive(self) -> None:
        """Lets the main line wait for the last delivery."""
        if self._delivery is not None and _is_recording():
            torch.cuda.current_stream().wait_event(self._delivery)

    def join(self) -> None:
        """Lets the main line wait for all of the branch."""
        if self._stream is not None and _is_recording():
            torch.cuda.current_stream().wait_stream(self._stream)
        self._kept.clear()


def _is_recording() -> bool:
    return torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing()
