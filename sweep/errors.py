"""What the suite raises on purpose, beside the errors of `srgan_core`.

SrganError
├── StoreError                   a results folder cannot be read, or belongs to another sweep
│   └── UnavailableMetricError   its metric is of a package that is not here (also UnavailableError)
└── TrialError                   a trial could not be trained or scored
"""

from __future__ import annotations

from srgan_core.errors import SrganError, UnavailableError


class StoreError(SrganError):
    """A results folder is missing, damaged, or made by another config or version."""


class UnavailableMetricError(UnavailableError, StoreError):
    """A sweep is scored with a metric that nothing installed provides."""


class TrialError(SrganError):
    """A trial failed while it was trained or scored."""

    EXIT_STATUS = 1


_ALLOCATION_MESSAGES = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocation failed, on the host or on a GPU."""
    if isinstance(error, MemoryError):
        return True
    if any(kind.__name__ == "OutOfMemoryError" for kind in type(error).__mro__):
        return True
    # PyTorch's allocator of host memory and the GPU libraries have no class of their own.
    return isinstance(error, RuntimeError) and any(
        message in str(error) for message in _ALLOCATION_MESSAGES
    )
