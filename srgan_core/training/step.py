"""Gradients of one adversarial step.

The generator runs once. Its output is cut out of the graph as a leaf, and every term of its
objective is differentiated down to that leaf alone, which gives each term's gradient norm for
nothing; their weighted sum then goes back through the generator in one pass. D(sr) is computed
once and serves both losses. Both networks' gradients are taken before either optimizer steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from srgan_core.data.patches import Batch
from srgan_core.layers import autocast
from srgan_core.losses import (
    discriminator_loss,
    mean_squared_error,
    widened,
)


@dataclass(frozen=True)
class Weights:
    """Coefficients of the generator's objective."""

    pixel: float
    content: float
    adversarial: float


@dataclass
class GanStep:
    """Accumulates the gradients of G and D for a batch.

    Attributes:
        generator: G, (N, 3, h, w) to (N, 3, scale h, scale w).
        discriminator: D, or None where the adversarial weight is 0.
        features: phi of the content loss, or None for `mse`.
        weights: Coefficients of the terms.
        precision: Type of the autocast forward passes; float32 switches autocast off.
        adversarial_loss: D(sr), (N, 1), to the adversarial term.
    """

    generator: nn.Module
    discriminator: nn.Module | None
    features: nn.Module | None
    weights: Weights
    precision: torch.dtype
    adversarial_loss: Callable[[Tensor], Tensor]

    def accumulate(
        self, batch: Batch, share: float = 1.0, loss_scale: Tensor | float = 1.0
    ) -> dict[str, Tensor]:
        """Adds the gradients of both networks to what `.grad` holds.

        Args:
            batch: LR and HR patches.
            share: Share of the whole batch that this part is.
            loss_scale: Factor on all gradients, against underflow in float16.

        Returns:
            Scalars on the device, detached, unscaled: `loss_pixel`, `loss_content`, `loss_adv`,
            `loss_d`, `d_real`, `d_fake` (mean probabilities) and `grad_pixel`, `grad_content`,
            `grad_adv` (L2 norms of the weighted terms' gradients at the generator's output).
        """
        factor = share * loss_scale
        with autocast(batch.lr, self.precision):
            restored = self.generator(batch.lr)
        leaf = widened(restored.detach()).requires_grad_()
        losses, gradients = self._fidelity(leaf, batch.hr, loss_scale)
        if self.discriminator is not None:
            adversarial, gradient = self._adversary(leaf, batch.hr, factor, loss_scale)
            losses |= adversarial
            gradients["adv"] = gradient
        # As `restored.backward(...)`, which would first import what compilers know of shapes.
        (restored * (share * sum(gradients.values()))).sum().backward()
        norms = {f"grad_{name}": g.norm() / loss_scale for name, g in gradients.items()}
        return {name: value.detach() for name, value in (losses | norms).items()}

    def warm_up(
        self, batch: Batch, share: float = 1.0, loss_scale: Tensor | float = 1.0
    ) -> dict[str, Tensor]:
        """Adds the gradients of D alone, with the generator as it stands.

        Returns:
            `loss_d`, `d_real` and `d_fake` as `accumulate` gives them; nothing without D.
        """
        if self.discriminator is None:
            return {}
        with torch.no_grad(), autocast(batch.lr, self.precision):
            restored = widened(self.generator(batch.lr))
        with autocast(batch.lr, self.precision):
            real, fake = self.discriminator(batch.hr), self.discriminator(restored)
        loss = discriminator_loss(real, fake)
        (share * loss_scale * loss).backward()
        return {"loss_d": loss.detach(), **_probabilities(real, fake)}

    def _fidelity(
        self, leaf: Tensor, hr: Tensor, loss_scale: Tensor | float
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Losses and weighted gradients of the pixel and the content term."""
        pixel = mean_squared_error(leaf, hr)
        (to_pixel,) = torch.autograd.grad(self.weights.pixel * loss_scale * pixel, leaf)
        losses, gradients = {"loss_pixel": pixel}, {"pixel": to_pixel}
        if self.features is not None:
            with autocast(leaf, self.precision):
                with torch.no_grad():
                    wanted = self.features(hr)
                content = mean_squared_error(self.features(leaf), wanted)
            (to_content,) = torch.autograd.grad(self.weights.content * loss_scale * content, leaf)
            losses["loss_content"], gradients["content"] = content, to_content
        return losses, gradients

    def _adversary(
        self, leaf: Tensor, hr: Tensor, factor: Tensor | float, loss_scale: Tensor | float
    ) -> tuple[dict[str, Tensor], Tensor]:
        """Accumulates D's gradients; returns losses and G's adversarial gradient."""
        assert self.discriminator is not None
        with autocast(leaf, self.precision):
            real, fake = self.discriminator(hr), self.discriminator(leaf)
        adversarial = self.adversarial_loss(fake)
        weighted = self.weights.adversarial * loss_scale * adversarial
        (to_adversarial,) = torch.autograd.grad(weighted, leaf, retain_graph=True)
        discriminator = discriminator_loss(real, fake)
        (factor * discriminator).backward()
        losses = {"loss_adv": adversarial, "loss_d": discriminator, **_probabilities(real, fake)}
        return losses, to_adversarial


def _probabilities(real: Tensor, fake: Tensor) -> dict[str, Tensor]:
    """What D takes photographs and restored images for, on average."""
    return {
        "d_real": torch.sigmoid(widened(real.detach())).mean(),
        "d_fake": torch.sigmoid(widened(fake.detach())).mean(),
    }
