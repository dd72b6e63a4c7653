"""The terms of the generator's and the discriminator's objectives.

    L_G = w_pixel * mse(sr, hr) + w_content * mse(phi(sr), phi(hr))
          + lambda * mean(-log(sigmoid(D(sr)) + 1e-3))
    L_D = bce(D(hr), 1) + bce(D(sr), 0)

The adversarial term has a second form, without the offset: lambda * mean(softplus(-D(sr))).

Every function computes in float32 or wider whatever it is given, so that bfloat16 networks can
be trained with extreme logits.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

PROBABILITY_OFFSET = 1e-3
"""Added to D's probability inside the logarithm; bounds the loss at -log(1e-3) = 6.9."""


def widened(values: Tensor) -> Tensor:
    """Brings values to float32; what is wider stays as it is.

    Args:
        values: Any shape, any floating-point type.

    Returns:
        The same shape, float32 or float64.
    """
    return values.to(torch.promote_types(values.dtype, torch.float32))


def mean_squared_error(restored: Tensor, reference: Tensor) -> Tensor:
    """Mean squared difference of images or of features.

    Returns:
        Scalar, float32 or wider.
    """
    return functional.mse_loss(widened(restored), widened(reference))


def adversarial_loss(fake_logits: Tensor) -> Tensor:
    """How far the discriminator is from taking restored images for photographs.

    Args:
        fake_logits: D(sr), (N, 1).

    Returns:
        Scalar, float32 or wider: mean of -log(sigmoid(logit) + 1e-3), in [-0.001, 6.908].

    Source: Ledig et al. 2017, equation 7, with the offset of the source article. In float32
    the sigmoid of any finite logit is finite and the offset keeps the logarithm so.
    """
    return -(torch.sigmoid(widened(fake_logits)) + PROBABILITY_OFFSET).log().mean()


def non_saturating_loss(fake_logits: Tensor) -> Tensor:
    """The same without the offset, on logits: its gradient stays where D is sure.

    Args:
        fake_logits: D(sr), (N, 1).

    Returns:
        Scalar, float32 or wider: mean of -log(sigmoid(logit)), at least 0 and unbounded.

    Source: Goodfellow et al. 2014, section 3, the generator's objective.
    """
    return functional.softplus(-widened(fake_logits)).mean()


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Binary cross-entropy of telling photographs from restored images.

    Args:
        real_logits: D(hr), (N, 1).
        fake_logits: D(sr), (N, 1).

    Returns:
        Scalar, float32 or wider, at least 0; 2 log 2 when D cannot tell.

    Source: Goodfellow et al. 2014, equation 1, on logits.
    """
    on_real = functional.softplus(-widened(real_logits)).mean()
    on_fake = functional.softplus(widened(fake_logits)).mean()
    return on_real + on_fake


ADVERSARIAL_LOSSES: dict[str, Callable[[Tensor], Tensor]] = {
    "offset": adversarial_loss,
    "non-saturating": non_saturating_loss,
}
"""Forms of the adversarial term: the source article's, and the one on logits."""
