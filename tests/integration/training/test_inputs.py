"""What a run starts from: its generator, its batch, its content loss."""

from __future__ import annotations

import pytest

from srgan_core.discriminators import load_discriminator, save_discriminator
from srgan_core.errors import ConfigError, WeightsError
from srgan_core.files import file_sha256
from srgan_core.inference import load_generator, save_generator
from srgan_core.networks import Discriminator, Generator
from srgan_core.pairs import Pair
from srgan_core.training.distributed import Processes
from srgan_core.training.job import train


def test_run_starts_from_the_given_generator(make_spec, tmp_path):
    init = tmp_path / "init.safetensors"
    save_generator(init, Generator(4, channels=4, blocks=1))
    spec = make_spec(init_sha256=file_sha256(init), training={"steps": 1})
    train(spec, tmp_path / "run", init=init)
    trained = load_generator(tmp_path / "run" / "generator.safetensors")
    assert (trained.tail.in_channels, len(trained.body)) == (4, 1)
    moved = trained.tail.weight - load_generator(init).tail.weight
    assert 0 < moved.abs().max() < 3e-4


def test_given_generator_must_be_the_one_of_the_spec(make_spec, tmp_path):
    init = tmp_path / "init.safetensors"
    save_generator(init, Generator(4, channels=4, blocks=1))
    with pytest.raises(WeightsError, match="its SHA-256 is not the spec's abc"):
        train(make_spec(init_sha256="abc"), tmp_path / "run", init=init)
    with pytest.raises(ConfigError, match=r"init_sha256: .* no file was given; add --init FILE"):
        train(make_spec(init_sha256="abc"), tmp_path / "run")


def test_batch_that_does_not_divide_is_refused(make_spec, tmp_path, make_trainer):
    spec = make_spec(training={"batch_size": 4, "accumulate": 2})
    with pytest.raises(ConfigError, match=r"a multiple of 4 processes x 2 parts .*, got 4"):
        make_trainer(spec, tmp_path, processes=Processes(0, 4))


def test_unknown_content_loss_lists_the_known_ones(make_spec, tmp_path):
    with pytest.raises(ConfigError, match="content 'vgg45' is unknown: mse, vgg22, vgg54"):
        train(make_spec(content="vgg45"), tmp_path)


def pair_of(spec, folder):
    """A pair of a small generator and a discriminator that fits the spec."""
    pair = Pair(folder)
    save_generator(pair.generator, Generator(4, channels=4, blocks=1))
    config = spec.training
    save_discriminator(
        pair.discriminator, Discriminator(config.patch_size, config.discriminator.channels)
    )
    hashes = {
        "init_sha256": file_sha256(pair.generator),
        "init_discriminator_sha256": file_sha256(pair.discriminator),
    }
    return pair, spec.model_copy(update=hashes)


def test_run_goes_on_with_the_given_pair_and_leaves_one_behind(make_spec, tmp_path):
    pair, spec = pair_of(
        make_spec(adversarial_weight=1e-3, training={"steps": 1}), tmp_path / "pair"
    )
    train(
        spec,
        tmp_path / "run",
        init=pair.generator,
        init_discriminator=pair.discriminator,
        keep_discriminator=True,
    )
    config = spec.training
    sizes = config.patch_size, config.discriminator.channels
    before = load_discriminator(pair.discriminator, *sizes).classifier[2].weight
    after = load_discriminator(Pair(tmp_path / "run").discriminator, *sizes).classifier[2].weight
    assert 0 < (after - before).abs().max() < 3e-4


def test_the_discriminator_must_be_the_one_of_the_spec(make_spec, tmp_path):
    pair, spec = pair_of(make_spec(adversarial_weight=1e-3), tmp_path / "pair")
    other = spec.model_copy(update={"init_discriminator_sha256": "abc"})
    with pytest.raises(WeightsError, match="its SHA-256 is not the spec's abc"):
        train(
            other,
            tmp_path / "run",
            init=pair.generator,
            init_discriminator=pair.discriminator,
        )
    with pytest.raises(ConfigError, match=r"init_discriminator_sha256: .* no file was given"):
        train(spec, tmp_path / "run", init=pair.generator)


def test_without_an_adversary_the_discriminator_of_a_pair_stays_where_it_is(make_spec, tmp_path):
    pair, spec = pair_of(make_spec(adversarial_weight=0, training={"steps": 1}), tmp_path / "pair")
    train(
        spec,
        tmp_path / "run",
        init=pair.generator,
        init_discriminator=pair.discriminator,
        keep_discriminator=True,
    )
    assert not Pair(tmp_path / "run").discriminator.exists()
    assert "loss_d" not in (tmp_path / "run" / "log.jsonl").read_text()
