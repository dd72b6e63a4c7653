"""Pairs on disk: what is written is what is read, and what does not fit is refused."""

import pytest
import torch

from srgan_core.discriminators import save_discriminator
from srgan_core.errors import ConfigError, WeightsError
from srgan_core.inference import save_generator
from srgan_core.networks import Discriminator, Generator
from srgan_core.pairs import Pair, open_pair


@pytest.fixture
def pair(tmp_path):
    """A small pair for patches of 32 px and a discriminator of 4 channels."""
    found = Pair(tmp_path / "pair")
    torch.manual_seed(0)
    save_generator(found.generator, Generator(4, channels=4, blocks=1))
    save_discriminator(found.discriminator, Discriminator(32, 4))
    return found


@pytest.mark.parametrize(
    ("scale", "patch_size", "channels", "message"),
    [
        (4, 48, 4, "made for patches of 32, asked for 48; set patch_size to 32"),
        (4, 32, 8, "made for width 4, asked for 8; set discriminator.channels to 4"),
        (2, 32, 4, "made for scale 4, asked for 2"),
    ],
)
def test_a_pair_that_does_not_fit_is_refused(pair, scale, patch_size, channels, message):
    with pytest.raises(WeightsError, match=message):
        pair.require(scale, patch_size, channels)


def test_a_pair_that_fits_is_let_through(pair):
    pair.require(4, 32, 4)


def test_a_folder_without_a_pair_is_refused(pair, tmp_path):
    pair.discriminator.unlink()
    with pytest.raises(WeightsError, match=r"expected a pair, found no discriminator.safetensors"):
        pair.require(4, 32, 4)
    with pytest.raises(WeightsError, match="found no folder"):
        Pair(tmp_path / "nowhere").require(4, 32, 4)


def test_a_generator_is_no_discriminator(pair):
    pair.discriminator.write_bytes(pair.generator.read_bytes())
    with pytest.raises(WeightsError, match="expected format 'srgan-discriminator-1'"):
        pair.require(4, 32, 4)


def test_a_damaged_discriminator_is_refused(pair):
    pair.discriminator.write_bytes(pair.discriminator.read_bytes()[:-5])
    with pytest.raises(WeightsError, match="not a whole safetensors file"):
        pair.require(4, 32, 4)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(pair, value):
    broken = Discriminator(32, 4)
    next(broken.parameters()).data[0] = value
    save_discriminator(pair.discriminator, broken)
    with pytest.raises(WeightsError, match="expected finite numbers, got others"):
        pair.require(4, 32, 4)


def test_the_digest_names_both_files(pair):
    before = pair.digest()
    save_discriminator(pair.discriminator, Discriminator(32, 4))
    generator, discriminator = zip(*(d.split("+") for d in (before, pair.digest())), strict=True)
    assert generator[0] == generator[1]
    assert discriminator[0] != discriminator[1]


def test_a_copy_is_the_same_pair(pair, tmp_path):
    pair.copy_to(tmp_path / "copy", scale=4)
    assert Pair(tmp_path / "copy").digest() == pair.digest()


def test_where_none_is_bundled_it_says_what_to_do(tmp_path):
    wanted = r"no realistic pair for scale 8 .*srgan\.start=train"
    with pytest.raises(ConfigError, match=wanted), open_pair(None, 8):
        pass
