"""The terms of the generator's and the discriminator's objectives.

    L_G = w_pixel * mse(sr, hr) + w_content * mse(phi(sr), phi(hr))
          + lambda * mean(-log(sigmoid(D(sr)) + 1e-3))
    L_D = bce(D(hr), 1) + bce(D(sr), 0)

Every function computes in float32 whatever it is given, so that bfloat16 networks can be
trained with extreme logits.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

PROBABILITY_OFFSET = 1e-3
"""Added to D's probability inside the logarithm; bounds the loss at -log(1e-3) = 6.9."""


def mean_squared_error(restored: Tensor, reference: Tensor) -> Tensor:
    """Mean squared difference of images or of features.

    Args:
        restored: Any shape.
        reference: The same shape.

    Returns:
        Scalar, float32.
    """
    return functional.mse_loss(restored.float(), reference.float())


def adversarial_loss(fake_logits: Tensor) -> Tensor:
    """How far the discriminator is from taking restored images for photographs.

    Args:
        fake_logits: D(sr), (N, 1).

    Returns:
        Scalar, float32: mean of -log(sigmoid(logit) + 1e-3), in [-0.001, 6.908].

    Source: Ledig et al. 2017, equation 7, with the offset of the source article. In float32
    the sigmoid of any finite logit is finite and the offset keeps the logarithm so.
    """
    return -(torch.sigmoid(fake_logits.float()) + PROBABILITY_OFFSET).log().mean()


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Binary cross-entropy of telling photographs from restored images.

    Args:
        real_logits: D(hr), (N, 1).
        fake_logits: D(sr), (N, 1).

    Returns:
        Scalar, float32, at least 0; 2 log 2 when D cannot tell.

    Source: Goodfellow et al. 2014, equation 1, on logits.
    """
    on_real = functional.softplus(-real_logits.float()).mean()
    on_fake = functional.softplus(fake_logits.float()).mean()
    return on_real + on_fake
