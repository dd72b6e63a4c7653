from __future__ import annotations

import pytest
import torch

from srgan_core.errors import ConfigError, UnavailableDeviceError
from srgan_core.training import hardware
from srgan_core.training.hardware import resolve_device, resolve_precision, visible_devices

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "cuda:01", "cuda:", "mps:0", "cpu0", "", "CPU"])
def test_unknown_device_lists_the_known_ones(name: str):
    with pytest.raises(ConfigError, match="is unknown: auto, cpu, cuda, cuda:N, mps"):
        resolve_device(name)


@pytest.fixture
def torch_sees(monkeypatch: pytest.MonkeyPatch):
    """What PyTorch answers on machines that are not at hand."""

    def answer(gpus: int, mps: bool = False) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return answer


@pytest.mark.parametrize(
    ("name", "gpus", "seen"),
    [("cuda", 0, "cpu"), ("cuda:2", 2, "cpu, cuda:0, cuda:1"), ("mps", 1, "cpu, cuda:0")],
)
def test_absent_device_is_refused_with_those_that_are_there(torch_sees, name, gpus, seen):
    torch_sees(gpus)
    message = f"device '{name}': PyTorch sees {seen} on this machine.*; use --device cpu"
    with pytest.raises(UnavailableDeviceError, match=message):
        resolve_device(name)


@pytest.mark.parametrize(
    ("name", "part", "reason"),
    [("mps", "mps", "built without MPS, which macOS"), ("cuda:0", "cuda", "built without CUDA")],
)
def test_a_build_that_lacks_a_kind_is_the_reason(monkeypatch, torch_sees, name, part, reason):
    torch_sees(0)
    monkeypatch.setattr(getattr(torch.backends, part), "is_built", lambda: False)
    with pytest.raises(UnavailableDeviceError, match=reason):
        resolve_device(name)


@pytest.mark.parametrize("name", ["cpu", "cuda", "cuda:1", "mps"])
def test_a_device_that_is_there_is_taken(torch_sees, name):
    torch_sees(2, mps=True)
    assert visible_devices() == ("cpu", "cuda:0", "cuda:1", "mps")
    assert str(resolve_device(name)) == name


def test_auto_leaves_mps_to_those_who_ask_for_it(torch_sees):
    torch_sees(0, mps=True)
    assert resolve_device("auto").type == "cpu"
    assert resolve_precision("auto", torch.device("mps")) == torch.float32


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
