"""The generator and the discriminator of SRGAN.

Source: Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative
Adversarial Network", CVPR 2017, figure 4. The generator trained on pixel error alone is
the article's SRResNet. Deviation: the output passes through tanh and is mapped to [0, 1],
and the discriminator returns logits, so that its sigmoid can live inside the loss.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn

from srgan_core.errors import ConfigError, ShapeError
from srgan_core.layers import SharedPReLU, convolve_shuffled, normalised, shuffled, through

SCALES = (2, 4, 8)
"""Magnifications that the generator can be built for."""

SMALLEST_PATCH_MULTIPLE = 16
"""The discriminator halves its input four times."""


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with batch normalisation and a skip around them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(channels)
        self.activation = SharedPReLU()
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(channels)

    def forward(self, features: Tensor) -> Tensor:
        """Maps (N, C, H, W) to the same shape."""
        residual: Tensor = self.activation(normalised(features, self.conv1, self.norm1))
        return features + normalised(residual, self.conv2, self.norm2)


class UpsampleBlock(nn.Module):
    """Doubles height and width: 3x3 convolution, pixel shuffle, PReLU."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 4 * channels, 3, padding=1)
        self.activation = SharedPReLU()

    def forward(self, features: Tensor) -> Tensor:
        """Maps (N, C, H, W) to (N, C, 2H, 2W)."""
        return shuffled(self.phases(features))

    def phases(self, features: Tensor) -> Tensor:
        """Maps (N, C, H, W) to (N, 4 C, H, W), all but the shuffle: the slope is shared."""
        phases: Tensor = self.activation(self.conv(features))
        return phases


class Generator(nn.Module):
    """Restores an image at `scale` times its size.

    Args:
        scale: Magnification: 2, 4 or 8.
        channels: Width of the trunk.
        blocks: Number of residual blocks.

    Raises:
        ConfigError: when the scale is not one of `SCALES`.
    """

    def __init__(self, scale: int = 4, channels: int = 64, blocks: int = 16) -> None:
        super().__init__()
        if scale not in SCALES:
            raise ConfigError(f"scale: expected one of {SCALES}, got {scale!r}")
        self.scale = scale
        self.head = nn.Sequential(nn.Conv2d(3, channels, 9, padding=4), SharedPReLU())
        self.body = nn.Sequential(*(ResidualBlock(channels) for _ in range(blocks)))
        self.bottleneck = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), SharedPReLU())
        doublings = int(math.log2(scale))
        self.upsample = nn.Sequential(*(UpsampleBlock(channels) for _ in range(doublings)))
        self.tail = nn.Conv2d(channels, 3, 9, padding=4)

    def forward(self, lr: Tensor) -> Tensor:
        """Restores a batch.

        Args:
            lr: Low-resolution images, (N, 3, H, W), float in [0, 1].

        Returns:
            (N, 3, scale * H, scale * W), float in [0, 1].
        """
        return self.enlarge(self.features(lr))

    def features(self, lr: Tensor) -> Tensor:
        """Computes what the image is restored from, at the size of the input.

        Args:
            lr: Low-resolution images, (N, 3, H, W), float in [0, 1].

        Returns:
            (N, channels, H, W).
        """
        shallow = self.head(lr)
        deep: Tensor = self.bottleneck(self.body(shallow)) + shallow
        return deep

    def enlarge(self, features: Tensor) -> Tensor:
        """Makes the restored images out of `features`.

        Args:
            features: (N, channels, H, W).

        Returns:
            (N, 3, scale * H, scale * W), float in [0, 1].
        """
        *inner, last = cast("list[UpsampleBlock]", list(self.upsample))
        for block in inner:
            features = block(features)
        restored = convolve_shuffled(last.phases(features), self.tail)
        # The eight significant bits of bfloat16 are fewer than those of an image file.
        restored = restored.to(torch.promote_types(restored.dtype, torch.float32))
        return (torch.tanh(restored) + 1) / 2


class Discriminator(nn.Module):
    """Tells photographs from restored patches.

    Args:
        patch_size: Height and width of its input; a multiple of 16.
        channels: Width of the first two convolutions; the last two have eight times as many.

    Raises:
        ConfigError: when the patch size is not a positive multiple of 16.
    """

    def __init__(self, patch_size: int = 96, channels: int = 64) -> None:
        super().__init__()
        if patch_size <= 0 or patch_size % SMALLEST_PATCH_MULTIPLE:
            raise ConfigError(
                f"patch_size: expected a positive multiple of {SMALLEST_PATCH_MULTIPLE}, "
                f"got {patch_size}"
            )
        self.patch_size, self.channels = patch_size, channels
        layers: list[nn.Module] = []
        width_in = 3
        for index in range(8):
            width_out = channels * 2 ** (index // 2)
            layers.append(nn.Conv2d(width_in, width_out, 3, stride=1 + index % 2, padding=1))
            if index > 0:
                layers.append(nn.BatchNorm2d(width_out))
            layers.append(nn.LeakyReLU(0.2))
            width_in = width_out
        self.features = nn.Sequential(*layers)
        side = patch_size // SMALLEST_PATCH_MULTIPLE
        self.classifier = nn.Sequential(
            nn.Linear(width_in * side * side, 16 * channels),
            nn.LeakyReLU(0.2),
            nn.Linear(16 * channels, 1),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Scores a batch.

        Args:
            images: (N, 3, patch_size, patch_size), float in [0, 1].

        Returns:
            (N, 1) logits; positive means "looks like a photograph".

        Raises:
            ShapeError: when the images are not patch_size x patch_size.
        """
        if images.shape[-2:] != (self.patch_size, self.patch_size):
            raise ShapeError(
                f"discriminator: expected images of {self.patch_size} x {self.patch_size}, "
                f"got {images.shape[-2]} x {images.shape[-1]}"
            )
        logits: Tensor = self.classifier(through(self.features, images).flatten(1))
        return logits
