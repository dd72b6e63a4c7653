import pytest
import torch

from srgan_core.networks import Discriminator, Generator
from srgan_core.training.config import TrainingSpec
from sweep import estimate as module
from sweep.config import load_config
from sweep.estimate import Estimate, convolution_rate, estimate, training_flops
from sweep.planning import plan_sweep
from sweep.store import SweepStore

RATE = 1e12


def spec(content: str = "mse", adv: float = 0.0, **training: object) -> TrainingSpec:
    config = load_config("smoke", {f"adversarial.{key}": value for key, value in training.items()})
    return TrainingSpec(
        content=content,
        adversarial_weight=adv,
        data=config.data,
        training=config.adversarial,
    )


def test_operations_follow_from_the_layers():
    """20 steps of 2 patches; a convolution costs 2 c_in c_out k^2 a pixel, three times a step."""
    low, high = 8 * 8, 32 * 32
    head, tail = 2 * 3 * 64 * 81 * low, 2 * 64 * 3 * 81 * high
    body = 33 * 2 * 64 * 64 * 9 * low
    upsampling = 2 * 64 * 256 * 9 * (low + 4 * low)
    expected = 3 * 20 * 2 * (head + body + upsampling + tail)
    # The last convolution runs on the phases of its image and multiplies some zeros.
    assert training_flops(spec()) == pytest.approx(expected, rel=0.05)


def test_work_grows_with_steps_batch_adversary_and_content():
    plain = training_flops(spec())
    assert training_flops(spec(steps=40)) == 2 * plain
    assert training_flops(spec(batch_size=4)) == 2 * plain
    assert training_flops(spec(adv=1e-3)) > plain
    assert training_flops(spec("vgg22")) > plain
    assert training_flops(spec("vgg54")) > training_flops(spec("vgg22"))


def test_estimating_touches_no_random_state_and_no_memory():
    before = torch.random.get_rng_state()
    training_flops(spec("vgg54", 1e-3, patch_size=4096))
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_rate_is_measured(monkeypatch):
    monkeypatch.setattr(module, "CALIBRATION_SECONDS", 0.0)
    assert convolution_rate(torch.device("cpu"), torch.float32) >= 0
    monkeypatch.setattr(module, "CALIBRATION_SECONDS", 0.01)
    assert convolution_rate(torch.device("cpu"), torch.float32) > 1e6


def test_only_what_is_left_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "convolution_rate", lambda device, precision: RATE)
    store = SweepStore(tmp_path)
    config = load_config("smoke", {"device": "cpu", "eval.metrics": ["psnr"]})
    plan = plan_sweep(store, config, frozenset())
    both = estimate(store, plan)
    store.trial(plan.asked[0].name).update_trial(state="done")
    one = estimate(store, plan)
    store.trial(plan.asked[1].name).update_trial(state="diverged")
    none = estimate(store, plan)
    assert [cost.trials_left for cost in (both, one, none)] == [2, 1, 0]
    assert both.seconds > one.seconds > none.seconds == 0
    assert both.memory_gb > 1


def test_a_duration_is_written_for_people():
    assert Estimate(1, 3725.4, 1.0, 1.0).duration == "1:02:05"


def test_networks_measured_are_those_that_are_trained():
    assert sum(p.numel() for p in Generator(4).parameters()) == 1_549_335
    assert sum(p.numel() for p in Discriminator(96).parameters()) == 23_565_505
