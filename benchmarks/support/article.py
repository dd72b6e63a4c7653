"""The source article's networks and training loop, in float32 and eager mode, as a reference.

Plain torch.nn layers, one call after the other. The loop has the least repair that lets it run
on today's PyTorch: the generator's loss asks the updated discriminator anew about the restored
patches instead of reusing an answer from before the update.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Block(nn.Module):
    """Residual block of the generator."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(64, 64, 3, padding=1),
            nn.BatchNorm2d(64),
            nn.PReLU(),
            nn.Conv2d(64, 64, 3, padding=1),
            nn.BatchNorm2d(64),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Maps (N, 64, H, W) to the same shape."""
        return x + self.layers(x)


class ArticleGenerator(nn.Module):
    """Generator for scale 4."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 64, 9, padding=4), nn.PReLU())
        self.blocks = nn.Sequential(*(Block() for _ in range(16)))
        self.last = nn.Sequential(nn.Conv2d(64, 64, 3, padding=1), nn.PReLU())
        self.enlarge = nn.Sequential(
            *(nn.Conv2d(64, 256, 3, padding=1), nn.PixelShuffle(2), nn.PReLU()),
            *(nn.Conv2d(64, 256, 3, padding=1), nn.PixelShuffle(2), nn.PReLU()),
            nn.Conv2d(64, 3, 9, padding=4),
        )

    def forward(self, lr: Tensor) -> Tensor:
        """Maps (N, 3, h, w) to (N, 3, 4 h, 4 w)."""
        first = self.first(lr)
        return (torch.tanh(self.enlarge(self.last(self.blocks(first)) + first)) + 1) / 2


def article_discriminator(patch_size: int, channels: int = 64) -> nn.Sequential:
    """Discriminator that ends in logits."""
    widths = (3, *(channels * 2 ** (index // 2) for index in range(8)))
    layers: list[nn.Module] = []
    for index, (before, after) in enumerate(pairwise(widths)):
        layers.append(nn.Conv2d(before, after, 3, stride=1 + index % 2, padding=1))
        layers += [nn.BatchNorm2d(after)] if index else []
        layers.append(nn.LeakyReLU(0.2))
    flat, wide = widths[-1] * (patch_size // 16) ** 2, 16 * channels
    tail = (nn.Flatten(), nn.Linear(flat, wide), nn.LeakyReLU(0.2), nn.Linear(wide, 1))
    return nn.Sequential(*layers, *tail)


class ArticleLoop:
    """One update of both networks after the other.

    Args:
        patch_size: Side of the HR patches.
        features: phi on normalised images, or None.
        weights: Coefficients of the pixel, the content and the adversarial term.
        channels: Of the discriminator's first layers.
        learning_rate: Adam's.
    """

    def __init__(
        self,
        patch_size: int,
        features: nn.Module | None,
        weights: tuple[float, float, float],
        channels: int = 64,
        learning_rate: float = 1e-4,
    ) -> None:
        self.generator = ArticleGenerator()
        self.discriminator = article_discriminator(patch_size, channels)
        self.features, self.weights = features, weights
        self.mean = torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1)
        self.std = torch.tensor(IMAGENET_STD).view(1, 3, 1, 1)
        self.optimizer_g = torch.optim.Adam(self.generator.parameters(), lr=learning_rate)
        self.optimizer_d = torch.optim.Adam(self.discriminator.parameters(), lr=learning_rate)

    def to(self, device: torch.device) -> ArticleLoop:
        """Moves everything, before the first step."""
        for module in filter(None, (self.generator, self.discriminator, self.features)):
            module.to(device)
        self.mean, self.std = self.mean.to(device), self.std.to(device)
        return self

    def update(self, lr: Tensor, hr: Tensor) -> dict[str, float]:
        """Trains D, then G; returns their losses."""
        restored = self.generator(lr)
        self.discriminator.zero_grad()
        loss_d = self.discriminator_loss(restored.detach(), hr)
        loss_d.backward()
        self.optimizer_d.step()
        self.generator.zero_grad()
        loss_g = self.generator_loss(restored, hr)
        loss_g.backward()
        self.optimizer_g.step()
        return {"loss_d": loss_d.item(), "loss_g": loss_g.item()}

    def gradients(self, lr: Tensor, hr: Tensor) -> dict[str, float]:
        """Leaves the gradients of both losses at the same weights; updates nothing."""
        restored = self.generator(lr)
        self.generator.zero_grad()
        loss_g = self.generator_loss(restored, hr)
        loss_g.backward()
        self.discriminator.zero_grad()
        loss_d = self.discriminator_loss(restored.detach(), hr)
        loss_d.backward()
        return {"loss_d": loss_d.item(), "loss_g": loss_g.item()}

    def discriminator_loss(self, restored: Tensor, hr: Tensor) -> Tensor:
        """Binary cross-entropy on real and restored patches."""
        real, fake = self.discriminator(hr), self.discriminator(restored)
        entropy = nn.functional.binary_cross_entropy_with_logits
        return entropy(real, torch.ones_like(real)) + entropy(fake, torch.zeros_like(fake))

    def generator_loss(self, restored: Tensor, hr: Tensor) -> Tensor:
        """Weighted sum of the pixel, the content and the adversarial term."""
        pixel, content, adversarial = self.weights
        probability = torch.sigmoid(self.discriminator(restored))
        loss = pixel * nn.functional.mse_loss(restored, hr)
        loss = loss + adversarial * -(probability + 1e-3).log().mean()
        if self.features is not None:
            found, wanted = (self.features((x - self.mean) / self.std) for x in (restored, hr))
            loss = loss + content * nn.functional.mse_loss(found, wanted)
        return loss
