import pickle
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from srgan_core.errors import WeightsError
from srgan_core.weights import state_dicts
from srgan_core.weights.state_dicts import read_readings, read_state_dict

ONES = torch.ones(1)
STATE = {"conv.weight": torch.arange(4.0), "conv.bias": torch.ones(1, dtype=torch.float16)}
OTHER = {"conv.weight": torch.zeros(4), "conv.bias": ONES}


@pytest.fixture
def write(tmp_path):
    def save(document, name="weights.pth"):
        torch.save(document, tmp_path / name)
        return tmp_path / name

    return save


@pytest.mark.parametrize(
    "document",
    [
        STATE,
        {"state_dict": STATE, "epoch": 3, "best_psnr": 31.2},
        {"params_ema": STATE, "params": {"conv.weight": torch.zeros(4)}},
        {"model": {"state_dict": {f"module.{key}": value for key, value in STATE.items()}}},
        {
            "state_dict": {f"generator.{k}": v for k, v in STATE.items()}
            | {"discriminator.x": STATE}
        },
        {f"module._orig_mod.{key}": value for key, value in STATE.items()},
        {"netG": STATE, "netD": OTHER, "opt": {"lr": 0.1}},
        {"G": {f"module.{key}": value for key, value in STATE.items()}, "D": OTHER},
        {"net": STATE, "epoch": 1},
        {"generator_state_dict": STATE, "discriminator_state_dict": OTHER},
        {"net_g_state_dict": STATE, "d_state_dict": OTHER},
        {"model": OTHER, "model-ema": STATE},
        {"ema_state_dict": STATE, "state_dict": OTHER},
        {"model": "SRResNet", "params": STATE},
        {f"model.{key}": value for key, value in STATE.items()},
        {f"net_g.{key}": value for key, value in STATE.items()} | {"net_d.conv.weight": ONES},
        {f"G.{key}": value for key, value in STATE.items()} | {"D.conv.weight": ONES},
        {
            "state_dict": {
                f"{prefix}.{key}": value
                for prefix, state in {"generator": OTHER, "generator_ema": STATE}.items()
                for key, value in state.items()
            },
            "pytorch-lightning_version": "2.5.0",
            "callbacks": {"ModelCheckpoint": {"best_model_score": ONES}},
        },
        STATE | {"total_ops": ONES, "conv.total_params": ONES, "n_averaged": ONES},
        {"state_dict": STATE, "best_psnr": np.float64(31.2), "losses": np.zeros(3)},
    ],
    ids=[
        *("plain", "epoch", "averaged", "parallel", "beside a discriminator", "compiled"),
        *("netG", "G", "net", "generator_state_dict", "net_g_state_dict", "model-ema"),
        *("ema_state_dict", "a name beside it", "model.", "net_g.", "G.", "averaged by prefix"),
        *("counters", "numpy"),
    ],
)
def test_weights_are_found_in_what_wraps_them(write, document):
    state = read_state_dict(write(document))
    assert set(state) == set(STATE)
    assert torch.equal(state["conv.weight"], STATE["conv.weight"])
    assert state["conv.bias"].dtype == torch.float32


def test_safetensors_are_read(tmp_path):
    save_file(STATE, tmp_path / "a.safetensors")
    assert set(read_state_dict(tmp_path / "a.safetensors")) == set(STATE)


@pytest.mark.parametrize("is_safe", [True, False])
def test_the_content_of_a_file_decides_and_not_its_ending(tmp_path, write, is_safe):
    path = tmp_path / ("weights.pth" if is_safe else "weights.safetensors")
    if is_safe:
        save_file(STATE, path)
    else:
        write(STATE, path.name)
    assert set(read_state_dict(path)) == set(STATE)


class Harmful:
    def __reduce__(self):
        return print, ("this must never be printed",)


def test_a_pickle_that_names_code_is_refused_and_does_not_run(write, capsys):
    with pytest.raises(WeightsError, match=r"save the generator's state_dict\(\)"):
        read_state_dict(write({"state_dict": Harmful()}))
    assert capsys.readouterr().out == ""


def test_a_whole_pickled_network_is_refused(write):
    with pytest.raises(WeightsError, match=r"save the generator's state_dict\(\)"):
        read_state_dict(write(torch.nn.Conv2d(3, 3, 1)))


@pytest.mark.parametrize("content", [b"", b"no weights", pickle.dumps([1, 2])])
def test_a_file_of_something_else_is_refused(tmp_path, content):
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"weights\.pth"):
        read_state_dict(path)


def test_a_list_or_numbers_alone_are_no_state_dict(write):
    with pytest.raises(WeightsError, match="got list"):
        read_state_dict(write([torch.zeros(1)]))
    with pytest.raises(WeightsError, match="tensors by name, got epoch"):
        read_state_dict(write({"epoch": 3}))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WeightsError, match="no such file"):
        read_state_dict(tmp_path / "weights.pth")


def test_a_file_that_is_large_once_unpacked_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(state_dicts, "MAX_BYTES", 1 << 20)
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(2 << 20))
    assert path.stat().st_size < 1 << 16
    with pytest.raises(WeightsError, match="at most 1 MB, got 2 MB"):
        read_state_dict(path)


def test_a_small_storage_that_claims_a_large_shape_is_refused(write):
    with pytest.raises(WeightsError, match=r"at most 134,217,728 weights, got 10,000,000,000"):
        read_state_dict(write({"a": torch.zeros(1, dtype=torch.half).expand(100_000, 100_000)}))


def test_what_may_be_a_prefix_or_the_networks_own_name_is_read_both_ways(write):
    state = {f"module.model.{key}": value for key, value in STATE.items()}
    names = [set(reading) for reading in read_readings(write(state))]
    assert names == [{f"{p}{key}" for key in STATE} for p in ("", "model.", "module.model.")]


def test_a_name_that_asks_for_endless_layers_is_refused(write):
    with pytest.raises(WeightsError, match=r"numbered up to 1000, got 'body\.99999999999999\.w'"):
        read_state_dict(write({"body.99999999999999.w": ONES}))
