from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from srgan_core.data.patches import Batch
from srgan_core.losses import adversarial_loss
from srgan_core.networks import Discriminator, Generator
from srgan_core.training.step import GanStep, Weights

WEIGHTS = Weights(pixel=0.7, content=0.4, adversarial=0.05)


class FrozenFeatures(nn.Module):
    """Stands in for VGG."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Conv2d(6, 4, 3), nn.ReLU())
        self.requires_grad_(False)

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images)


@pytest.fixture
def step() -> GanStep:
    torch.manual_seed(0)
    return GanStep(
        generator=Generator(2, channels=4, blocks=1),
        discriminator=Discriminator(16, channels=2),
        features=FrozenFeatures(),
        weights=WEIGHTS,
        precision=torch.float32,
        adversarial_loss=adversarial_loss,
    )


@pytest.fixture
def batch() -> Batch:
    generator = torch.Generator().manual_seed(1)
    return Batch(
        lr=torch.rand(4, 3, 8, 8, generator=generator),
        hr=torch.rand(4, 3, 16, 16, generator=generator),
    )


def reference_terms(step: GanStep, batch: Batch) -> tuple[dict[str, Tensor], Tensor]:
    """The weighted terms of L_G with the output they were computed from, straightforwardly."""
    sr = step.generator(batch.lr)
    terms = {"pixel": step.weights.pixel * (sr - batch.hr).square().mean()}
    if step.features is not None:
        difference = step.features(sr) - step.features(batch.hr)
        terms["content"] = step.weights.content * difference.square().mean()
    if step.discriminator is not None:
        probability = torch.sigmoid(step.discriminator(sr))
        terms["adv"] = step.weights.adversarial * -torch.log(probability + 1e-3).mean()
    return terms, sr


def reference_discriminator_loss(step: GanStep, batch: Batch) -> Tensor:
    assert step.discriminator is not None
    real = step.discriminator(batch.hr)
    fake = step.discriminator(step.generator(batch.lr).detach())
    bce = functional.binary_cross_entropy_with_logits
    return bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))


def gradients(network: nn.Module) -> Tensor:
    return torch.cat([p.grad.flatten() for p in network.parameters()])


def assert_close_in_norm(computed: Tensor, expected: Tensor) -> None:
    assert expected.norm() > 0
    assert (computed - expected).norm() <= 1e-5 * expected.norm()


def without(step: GanStep, *names: str) -> GanStep:
    values = {name: getattr(step, name) for name in step.__dataclass_fields__}
    return GanStep(**(values | dict.fromkeys(names)))


@pytest.mark.parametrize("absent", [(), ("features",), ("discriminator",)])
def test_generator_gets_the_gradient_of_its_objective(step, batch, absent: tuple[str, ...]):
    step = without(step, *absent)
    reference = copy.deepcopy(step)
    terms, _ = reference_terms(reference, batch)
    sum(terms.values()).backward()
    step.accumulate(batch)
    assert_close_in_norm(gradients(step.generator), gradients(reference.generator))


def test_discriminator_gets_the_gradient_of_its_loss_alone(step, batch):
    reference = copy.deepcopy(step)
    reference_discriminator_loss(reference, batch).backward()
    step.accumulate(batch)
    assert_close_in_norm(gradients(step.discriminator), gradients(reference.discriminator))


def test_logged_losses_are_the_unweighted_terms(step, batch):
    reference = copy.deepcopy(step)
    terms, _ = reference_terms(reference, batch)
    values = step.accumulate(batch)
    assert values["loss_pixel"].item() == pytest.approx(terms["pixel"].item() / 0.7, rel=1e-5)
    assert values["loss_content"].item() == pytest.approx(terms["content"].item() / 0.4, rel=1e-5)
    assert values["loss_adv"].item() == pytest.approx(terms["adv"].item() / 0.05, rel=1e-5)
    loss = reference_discriminator_loss(reference, batch).item()
    assert values["loss_d"].item() == pytest.approx(loss, rel=1e-5)
    real = torch.sigmoid(reference.discriminator(batch.hr)).mean().item()
    assert values["d_real"].item() == pytest.approx(real, rel=1e-4)
    assert all(not value.requires_grad and value.ndim == 0 for value in values.values())


def test_logged_norms_are_those_of_the_weighted_terms_at_the_output(step, batch):
    terms, sr = reference_terms(copy.deepcopy(step), batch)
    values = step.accumulate(batch)
    for name, term in terms.items():
        (gradient,) = torch.autograd.grad(term, sr, retain_graph=True)
        assert values[f"grad_{name}"].item() == pytest.approx(gradient.norm().item(), rel=1e-5)


def test_terms_that_are_absent_are_not_logged(step, batch):
    values = without(step, "features", "discriminator").accumulate(batch)
    assert values.keys() == {"loss_pixel", "grad_pixel"}


def test_feature_weights_stay_and_get_no_gradient(step, batch):
    before = copy.deepcopy(step.features.state_dict())
    step.accumulate(batch)
    assert all(p.grad is None for p in step.features.parameters())
    assert all(torch.equal(before[k], v) for k, v in step.features.state_dict().items())


def test_accumulating_never_changes_parameters(step, batch):
    before = [p.clone() for net in (step.generator, step.discriminator) for p in net.parameters()]
    step.accumulate(batch)
    step.warm_up(batch)
    after = [p for net in (step.generator, step.discriminator) for p in net.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_generator_runs_once_and_discriminator_twice_a_step(step, batch):
    calls = {"generator": 0, "discriminator": 0}
    for name in calls:

        def count(*_: object, name: str = name) -> None:
            calls[name] += 1

        getattr(step, name).register_forward_hook(count)
    step.accumulate(batch)
    assert calls == {"generator": 1, "discriminator": 2}


def test_two_parts_give_the_gradients_of_one_where_statistics_are_frozen(step, batch):
    for network in (step.generator, step.discriminator):
        network.eval()
    whole = copy.deepcopy(step)
    whole.accumulate(batch)
    for half in (slice(0, 2), slice(2, 4)):
        step.accumulate(Batch(batch.lr[half], batch.hr[half]), share=0.5)
    assert_close_in_norm(gradients(step.generator), gradients(whole.generator))
    assert_close_in_norm(gradients(step.discriminator), gradients(whole.discriminator))


@pytest.mark.parametrize("as_tensor", [True, False])
def test_loss_scale_multiplies_gradients_and_leaves_logged_values(step, batch, as_tensor: bool):
    plain = copy.deepcopy(step)
    expected = plain.accumulate(batch)
    values = step.accumulate(batch, loss_scale=torch.tensor(1024.0) if as_tensor else 1024.0)
    for name, value in values.items():
        assert value.item() == pytest.approx(expected[name].item(), rel=1e-5), name
    for network in ("generator", "discriminator"):
        scaled = gradients(getattr(step, network)) / 1024
        assert_close_in_norm(scaled, gradients(getattr(plain, network)))


def test_warm_up_gives_the_discriminator_the_same_gradient_and_the_generator_none(step, batch):
    reference = copy.deepcopy(step)
    expected = reference.accumulate(batch)
    values = step.warm_up(batch)
    assert_close_in_norm(gradients(step.discriminator), gradients(reference.discriminator))
    assert all(p.grad is None for p in step.generator.parameters())
    assert values.keys() == {"loss_d", "d_real", "d_fake"}
    for name, value in values.items():
        assert value.item() == pytest.approx(expected[name].item(), rel=1e-5)


def test_warm_up_without_a_discriminator_does_nothing(step, batch):
    step = without(step, "discriminator")
    step.generator.register_forward_hook(lambda *_: pytest.fail("the generator ran"))
    assert step.warm_up(batch) == {}


def test_bfloat16_gradients_point_where_float32_ones_do(step, batch):
    for network in (step.generator, step.discriminator):
        network.eval()
    lower = copy.deepcopy(step)
    lower.precision = torch.bfloat16
    step.accumulate(batch)
    values = lower.accumulate(batch)
    assert all(value.dtype == torch.float32 for value in values.values())
    for network in ("generator", "discriminator"):
        exact, rounded = gradients(getattr(step, network)), gradients(getattr(lower, network))
        assert functional.cosine_similarity(exact, rounded, dim=0) > 0.95
