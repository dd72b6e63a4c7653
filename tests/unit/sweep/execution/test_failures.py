import errno
import signal

import pytest
import torch

from sweep.errors import is_out_of_memory
from sweep.execution import failures
from sweep.execution.failures import (
    describe_disk_error,
    describe_exit,
    memory_advice,
    oom_kills,
)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`"),
    ],
)
def test_a_failed_allocation_is_known_in_every_shape(error):
    assert is_out_of_memory(error)


@pytest.mark.parametrize("error", [RuntimeError("shape mismatch"), ValueError("out of memory")])
def test_other_errors_are_no_failed_allocation(error):
    assert not is_out_of_memory(error)


def test_pytorch_itself_raises_what_is_known():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**50)
    assert is_out_of_memory(caught.value)


def test_the_kernels_count_is_read(tmp_path, monkeypatch):
    (tmp_path / "vmstat").write_text("nr_free_pages 1\noom_kill 3\n")
    (tmp_path / "events").write_text("max 9\noom 4\noom_kill 2\noom_group_kill 0\n")
    paths = (tmp_path / "vmstat", tmp_path / "events", tmp_path / "none")
    monkeypatch.setattr(failures, "_COUNTERS", paths)
    assert oom_kills() == 5


def test_ends_are_described():
    assert describe_exit(3) == "with status 3"
    assert describe_exit(-signal.SIGSEGV) == "by signal 11 (SIGSEGV)"
    assert describe_exit(-signal.SIGKILL) == "by signal 9, often for lack of memory"
    assert describe_exit(-200) == "by signal 200"
    assert describe_disk_error(OSError(errno.ENOSPC, "No space left", "a")) == "a: No space left"
    assert "accumulate=2" in memory_advice("MemoryError: ")
