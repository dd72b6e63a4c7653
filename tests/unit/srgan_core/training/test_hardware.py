from __future__ import annotations

import pytest
import torch

from srgan_core.errors import ConfigError
from srgan_core.training import hardware
from srgan_core.training.hardware import resolve_device, resolve_precision

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "cpu0", "", "CPU", "mps"])
def test_unknown_device_lists_the_known_ones(name: str):
    with pytest.raises(ConfigError, match="is unknown: auto, cpu, cuda, cuda:N"):
        resolve_device(name)


@pytest.mark.parametrize(("name", "gpus"), [("cuda", 0), ("cuda:2", 2)])
def test_absent_device_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, gpus: int):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    message = f"device '{name}': this machine has {gpus} usable GPUs; use --device cpu"
    with pytest.raises(ConfigError, match=message):
        resolve_device(name)


@pytest.mark.parametrize(("available", "kind"), [(False, "cpu"), (True, "cuda")])
def test_auto_is_the_gpu_where_there_is_one(monkeypatch, available: bool, kind: str):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: int(available))
    assert resolve_device("auto").type == kind


@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
def test_named_precision_is_taken_as_it_is(name: str):
    assert resolve_precision(name, CPU) == getattr(torch, name)


@pytest.mark.parametrize(("native", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_auto_precision_is_bfloat16_where_the_gpu_has_it(monkeypatch, native: bool, expected):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: native)
    assert resolve_precision("auto", torch.device("cuda")) == expected


@pytest.mark.skipif(
    not torch.ops.mkldnn._is_mkldnn_bf16_supported(), reason="this CPU has no bfloat16"
)
@pytest.mark.parametrize(
    ("speedup", "expected"), [(2.0, torch.bfloat16), (1.1, torch.float32), (0.6, torch.float32)]
)
def test_auto_precision_of_a_cpu_is_the_faster_one(monkeypatch, speedup: float, expected):
    monkeypatch.setattr(hardware, "bfloat16_speedup", lambda: speedup)
    assert resolve_precision("auto", CPU) == expected


def test_measuring_the_precisions_draws_no_random_number():
    before = torch.get_rng_state()
    hardware.bfloat16_speedup.cache_clear()
    assert hardware.bfloat16_speedup() > 0
    assert torch.equal(torch.get_rng_state(), before)
