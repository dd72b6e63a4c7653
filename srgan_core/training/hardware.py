"""Where a training runs and in which precision."""

from __future__ import annotations

import os
import time
from functools import lru_cache

import torch
from torch.nn import functional

from srgan_core.devices import check_device_name
from srgan_core.errors import UnavailableDeviceError

WORTHWHILE_SPEEDUP = 1.2
"""How much faster bfloat16 has to be on a CPU before its lower precision is accepted."""

SPEEDUP_REPEATS = 8


def resolve_device(name: str, remedy: str = "use --device cpu") -> torch.device:
    """Turns a device's name into a device that is there.

    Args:
        name: `auto`, `cpu`, `cuda`, `cuda:N` or `mps`.
        remedy: What helps where there is no such GPU, if the caller has no option `--device`.

    Returns:
        The device; `auto` is the first GPU of CUDA or else the CPU.

    Raises:
        ConfigError: when the device is unknown.
        UnavailableDeviceError: when it is not there.
    """
    if check_device_name(name) == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    seen = visible_devices()
    if name not in seen and not (name == "cuda" and "cuda:0" in seen):
        raise UnavailableDeviceError(
            f"device {name!r}: PyTorch sees {', '.join(seen)} on this machine{_why_not(name)}; "
            f"{remedy}"
        )
    return torch.device(name)


def visible_devices() -> tuple[str, ...]:
    """Names the devices that PyTorch can train on here, the CPU first."""
    gpus = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    return ("cpu", *gpus, *(["mps"] if torch.backends.mps.is_available() else []))


def _why_not(name: str) -> str:
    """What of PyTorch itself, if anything, keeps a kind of GPU from being seen."""
    if name == "mps" and not torch.backends.mps.is_built():
        return " and is built without MPS, which macOS alone has"
    if name.startswith("cuda") and not torch.backends.cuda.is_built():
        return " and is built without CUDA"
    return ""


def resolve_precision(name: str, device: torch.device) -> torch.dtype:
    """Chooses the type of the autocast forward passes.

    Args:
        name: `auto`, `float32`, `bfloat16` or `float16`.
        device: Where the training runs.

    Returns:
        The type; `auto` gives bfloat16 on a GPU of CUDA that multiplies it natively and on a CPU
        whose convolutions are faster in it. On MPS it gives float32: what lower precision does to
        the results there was not tried. Not every CPU with the instructions is: an Intel Xeon with
        AVX512_BF16 and no AMX took 1.7 times as long as in float32, an AMD Zen 4 half as long.
    """
    if name != "auto":
        chosen: torch.dtype = getattr(torch, name)
        return chosen
    if device.type == "cuda":
        faster = torch.cuda.is_bf16_supported(including_emulation=False)
    elif device.type == "mps":
        faster = False
    else:
        mkldnn = torch.backends.mkldnn
        native = mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
        faster = native and bfloat16_speedup() > WORTHWHILE_SPEEDUP
    return torch.bfloat16 if faster else torch.float32


@lru_cache(maxsize=1)
def bfloat16_speedup() -> float:
    """Time of a residual block's convolution in float32 over that in bfloat16 on this CPU.

    Forward and backward on (4, 64, 24, 24), the least of several runs each: 0.2 s in all, 0.5 s
    where nothing was run before. What else runs on the machine must not decide, since the precision
    is part of a trial: the two take turns, and time on the processor is counted, of one thread.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        seconds = [
            (_seconds_of_convolution(torch.float32), _seconds_of_convolution(torch.bfloat16))
            for _ in range(SPEEDUP_REPEATS)
        ]
    finally:
        torch.set_num_threads(threads)
    return min(single for single, _ in seconds) / min(half for _, half in seconds)


def _seconds_of_convolution(dtype: torch.dtype) -> float:
    features, weight = (
        torch.ones(shape, dtype=dtype)
        .contiguous(memory_format=torch.channels_last)
        .requires_grad_()
        for shape in ((4, 64, 24, 24), (64, 64, 3, 3))
    )
    began = time.thread_time()
    functional.conv2d(features, weight, padding=1).sum().backward()
    return time.thread_time() - began


def prepare_torch(threads: int, device: torch.device) -> None:
    """Sets what the bytes of a result depend on, for the whole process.

    Args:
        threads: CPU threads of every operation.
        device: Where the training runs; on a GPU of CUDA, cuDNN is held to reproducible
            algorithms. MPS knows no such choice.
    """
    torch.set_num_threads(threads)
    if device.type == "cuda":
        if device.index is not None:
            # Some kernels and nccl go to the current device, whatever their tensors say.
            torch.cuda.set_device(device)
        # cuBLAS needs this workspace setting for reproducible sums.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False
