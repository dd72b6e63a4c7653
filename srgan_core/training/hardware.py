"""Where a training runs and in which precision."""

from __future__ import annotations

import os

import torch

from srgan_core.errors import ConfigError, unknown_name


def resolve_device(name: str) -> torch.device:
    """Turns a device's name into a device that is there.

    Args:
        name: `auto`, `cpu`, `cuda` or `cuda:N`.

    Returns:
        The device; `auto` is the first GPU or else the CPU.

    Raises:
        ConfigError: when the device is unknown or absent.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, index = name.partition(":")
    if kind not in ("cpu", "cuda") or (index and not index.isdigit()):
        raise ConfigError(unknown_name("device", name, ("auto", "cpu", "cuda", "cuda:N")))
    if kind == "cuda" and int(index or 0) >= torch.cuda.device_count():
        raise ConfigError(
            f"device {name!r}: this machine has {torch.cuda.device_count()} usable GPUs; "
            "use --device cpu"
        )
    return torch.device(name)


def resolve_precision(name: str, device: torch.device) -> torch.dtype:
    """Chooses the type of the autocast forward passes.

    Args:
        name: `auto`, `float32`, `bfloat16` or `float16`.
        device: Where the training runs.

    Returns:
        The type; `auto` gives bfloat16 where the hardware multiplies it natively.
    """
    if name != "auto":
        chosen: torch.dtype = getattr(torch, name)
        return chosen
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        mkldnn = torch.backends.mkldnn
        native = mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.bfloat16 if native else torch.float32


def prepare_torch(threads: int, device: torch.device) -> None:
    """Sets what the bytes of a result depend on, for the whole process.

    Args:
        threads: CPU threads of every operation.
        device: Where the training runs; on a GPU, cuDNN is held to reproducible algorithms.
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
