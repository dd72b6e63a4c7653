import pytest
import torch

from srgan_core.data.degradation import Degradation
from srgan_core.training.config import TrainingSpec
from sweep.config.loading import load_config
from sweep.planning import calibration
from sweep.planning.calibration import measure_step

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _briefly(monkeypatch):
    monkeypatch.setattr(calibration, "CALIBRATION_SECONDS", 0.0)


def spec(content: str = "mse", adv: float = 0.0, **training: object) -> TrainingSpec:
    changes = {"patch_size": 16, "precision": "float32", **training}
    config = load_config("smoke", {f"adversarial.{key}": value for key, value in changes.items()})
    return TrainingSpec(
        content=content, adversarial_weight=adv, data=config.data, training=config.adversarial
    )


def test_steps_of_real_networks_are_timed():
    cost = measure_step(spec(adv=1e-3), CPU)
    assert 0 < cost.warmup_seconds < 60
    assert 0 < cost.seconds < 60
    assert cost.peak_bytes is None
    assert 0 <= cost.waited < 1


def test_without_a_discriminator_there_is_no_warm_up():
    assert measure_step(spec(), CPU).warmup_seconds == 0


def test_a_batch_that_takes_long_is_extrapolated_from_smaller_ones(monkeypatch):
    sizes = []
    monkeypatch.setattr(calibration, "WHOLE_BATCH_SECONDS", 0.0)
    monkeypatch.setattr(
        calibration.GanStep, "accumulate", lambda self, batch: sizes.append(len(batch.lr))
    )
    measure_step(spec(batch_size=8), CPU)
    assert set(sizes) == {2, 4}


def test_measuring_leaves_the_random_state_alone():
    before = torch.random.get_rng_state()
    measure_step(spec(), CPU)
    assert torch.equal(before, torch.random.get_rng_state())


def test_vgg_is_measured_without_its_weights(monkeypatch):
    def refuse(*_: object) -> None:
        pytest.fail("asked for weights")

    monkeypatch.setattr("srgan_core.weights.resolve_weights", refuse)
    assert measure_step(spec("vgg16-22"), CPU).seconds > 0


def test_a_step_makes_its_degraded_lr_and_trains_on_it(monkeypatch):
    made = []

    def degraded(hr, *_):
        made.append(len(hr))
        return hr[..., ::4, ::4]

    monkeypatch.setattr(calibration, "degraded", degraded)
    with_noise = spec().model_copy(update={"degradation": Degradation(noise={"sigma": 5})})
    measure_step(with_noise, CPU)
    assert made
    assert set(made) == {2}
    made.clear()
    measure_step(spec(), CPU)
    assert not made
