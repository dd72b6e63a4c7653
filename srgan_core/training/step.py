"""Gradients of one adversarial step.

The generator runs once. Its output is cut out of the graph as a leaf, and every term of its
objective is differentiated down to that leaf alone, which gives each term's gradient norm for
nothing; their weighted sum then goes back through the generator in one pass. D(sr) is computed
once and serves both losses. Both networks' gradients are taken before either optimizer steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from srgan_core.data.patches import Batch
from srgan_core.layers import autocast
from srgan_core.losses import (
    discriminator_loss,
    mean_squared_error,
    widened,
)
from srgan_core.training.branch import Branch


@dataclass(frozen=True)
class Weights:
    """Coefficients of the generator's objective."""

    pixel: float
    content: float
    adversarial: float


@dataclass(frozen=True)
class Terms:
    """Terms of the objectives.

    Attributes:
        values: Scalars by the names under which they are logged.
        gradients: Of the weighted terms at the generator's output, by their short names.
    """

    values: dict[str, Tensor] = field(default_factory=dict)
    gradients: dict[str, Tensor] = field(default_factory=dict)

    def __add__(self, other: Terms) -> Terms:
        return Terms(self.values | other.values, self.gradients | other.gradients)


@dataclass
class GanStep:
    """Accumulates the gradients of G and D for a batch.

    D runs beside G and phi where a GPU has room for it (`Branch`), and so does phi of the
    photographs. Until `join` neither D's gradients nor the returned values may be read.

    Attributes:
        generator: G, (N, 3, h, w) to (N, 3, scale h, scale w).
        discriminator: D, or None where the adversarial weight is 0.
        features: phi of the content loss, or None for `mse`.
        weights: Coefficients of the terms.
        precision: Type of the autocast forward passes; float32 switches autocast off.
        adversarial_loss: D(sr), (N, 1), to the adversarial term.
        adversary: Where D runs.
        comparison: Where phi of the photographs runs.
    """

    generator: nn.Module
    discriminator: nn.Module | None
    features: nn.Module | None
    weights: Weights
    precision: torch.dtype
    adversarial_loss: Callable[[Tensor], Tensor]
    adversary: Branch = field(default_factory=Branch)
    comparison: Branch = field(default_factory=Branch)

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
        with autocast(batch.lr, self.precision):
            with self.adversary.aside():
                real = self._judged(batch.hr)
            with self.comparison.aside():
                wanted = self._wanted(batch.hr)
            restored = self.generator(batch.lr)
            leaf = widened(restored.detach()).requires_grad_()
            # The same values; a leaf of its own, whose gradient is made where D runs.
            judged = leaf.detach().requires_grad_()
            with self.adversary.aside(judged):
                fake = self._judged(judged)
        adversarial = Terms()
        if real is not None and fake is not None:
            with self.adversary.aside():
                adversarial = self._adversary(judged, real, fake, share, loss_scale)
        terms = self._fidelity(leaf, batch.hr, wanted, loss_scale) + adversarial
        self.adversary.receive()
        # As `restored.backward(...)`, which would first import what compilers know of shapes.
        (restored * (share * sum(terms.gradients.values()))).sum().backward()
        norms = {f"grad_{name}": g.norm() / loss_scale for name, g in terms.gradients.items()}
        return {name: value.detach() for name, value in (terms.values | norms).items()}

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

    def join(self) -> None:
        """Waits for what was begun beside the main line, before anything else reads it."""
        self.adversary.join()
        self.comparison.join()

    def _judged(self, images: Tensor) -> Tensor | None:
        return None if self.discriminator is None else self.discriminator(images)

    def _wanted(self, hr: Tensor) -> Tensor | None:
        """The features that the restored patches should have."""
        if self.features is None:
            return None
        with torch.no_grad():
            wanted: Tensor = self.features(hr)
        self.comparison.deliver(wanted)
        return wanted

    def _fidelity(
        self, leaf: Tensor, hr: Tensor, wanted: Tensor | None, loss_scale: Tensor | float
    ) -> Terms:
        """Losses and weighted gradients of the pixel and the content term."""
        pixel = mean_squared_error(leaf, hr)
        (to_pixel,) = torch.autograd.grad(self.weights.pixel * loss_scale * pixel, leaf)
        terms = Terms({"loss_pixel": pixel}, {"pixel": to_pixel})
        if self.features is None or wanted is None:
            return terms
        with autocast(leaf, self.precision):
            found = self.features(leaf)
            self.comparison.receive()
            content = mean_squared_error(found, wanted)
        (to_content,) = torch.autograd.grad(self.weights.content * loss_scale * content, leaf)
        return terms + Terms({"loss_content": content}, {"content": to_content})

    def _adversary(
        self,
        leaf: Tensor,
        real: Tensor,
        fake: Tensor,
        share: float,
        loss_scale: Tensor | float,
    ) -> Terms:
        """Losses and G's adversarial gradient; accumulates D's gradients."""
        adversarial = self.adversarial_loss(fake)
        weighted = self.weights.adversarial * loss_scale * adversarial
        (to_adversarial,) = torch.autograd.grad(weighted, leaf, retain_graph=True)
        self.adversary.deliver(to_adversarial)
        discriminator = discriminator_loss(real, fake)
        (share * loss_scale * discriminator).backward()
        losses = {"loss_adv": adversarial, "loss_d": discriminator, **_probabilities(real, fake)}
        return Terms(losses, {"adv": to_adversarial})


def _probabilities(real: Tensor, fake: Tensor) -> dict[str, Tensor]:
    """What D takes photographs and restored images for, on average."""
    return {
        "d_real": torch.sigmoid(widened(real.detach())).mean(),
        "d_fake": torch.sigmoid(widened(fake.detach())).mean(),
    }
