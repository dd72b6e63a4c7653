"""A discriminator on disk: what is written is what is read."""

import torch

from srgan_core.discriminators import load_discriminator, save_discriminator
from srgan_core.networks import Discriminator


def test_a_discriminator_reads_back_as_it_was_written(tmp_path):
    written = Discriminator(32, 4)
    save_discriminator(tmp_path / "d.safetensors", written)
    read = load_discriminator(tmp_path / "d.safetensors", 32, 4)
    assert read.training
    for name, value in written.state_dict().items():
        assert torch.equal(read.state_dict()[name], value)


def test_half_precision_costs_digits_and_no_more(tmp_path):
    written = Discriminator(32, 4)
    save_discriminator(tmp_path / "d.safetensors", written, torch.float16)
    read = load_discriminator(tmp_path / "d.safetensors", 32, 4)
    for name, value in written.state_dict().items():
        assert torch.allclose(read.state_dict()[name], value, rtol=1e-3, atol=1e-6)
