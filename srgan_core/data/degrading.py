"""Makes LR of HR by way of a degradation, for batches of patches and for whole images.

Blur and shrinking run where the pixels are, noise and JPEG on the CPU, where only LR travels.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from srgan_core.data.degradation import Degradation, Draw
from srgan_core.data.resize import crop_to_multiple, downsample, downsample_uint8, quantise


def patch_random(seed: int, step: int, place: int) -> np.random.Generator:
    """Random numbers of one patch, apart from those that its batch is cut by.

    Args:
        seed: Of the training.
        step: Of the batch.
        place: Of the patch in the batch over all processes.
    """
    # Crops count up the first of four words; the last one is theirs at 0.
    counter = [0, 0, 0, place + 1]
    return np.random.Generator(np.random.Philox(key=[seed, step], counter=counter))


def image_random(image: str) -> np.random.Generator:
    """Random numbers of a test image, the same in every sweep, by its name in the tables."""
    digest = hashlib.sha256(image.encode()).digest()
    key = [int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")]
    return np.random.Generator(np.random.Philox(key=key))


def degraded(
    hr: Tensor, scale: int, degradation: Degradation, random: Sequence[np.random.Generator]
) -> Tensor:
    """Makes LR patches of HR patches.

    Args:
        hr: (N, 3, H, W), float32 in [0, 1]; sides are multiples of the scale.
        scale: Factor by which both sides shrink.
        degradation: What happens on the way.
        random: One generator for each patch.

    Returns:
        (N, 3, H / scale, W / scale), float32 in [0, 1], multiples of 1/255, on the same device.
    """
    draws = [degradation.draw(each) for each in random]
    kernels = [draw.kernel for draw in draws if draw.kernel is not None]
    sharp = blur(hr, torch.from_numpy(np.stack(kernels))) if kernels else hr
    lr = quantise(downsample(sharp, scale))
    if degradation.noise is None and degradation.jpeg is None:
        return lr
    levels = (lr * 255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    spoiled = np.stack([spoil(*each) for each in zip(levels, draws, random, strict=True)])
    return torch.from_numpy(spoiled).to(hr.device).permute(0, 3, 1, 2).float() / 255


def degraded_image(rgb: np.ndarray, scale: int, degradation: Degradation, image: str) -> np.ndarray:
    """Makes the LR image of a test image, by a draw that its name fixes.

    Args:
        rgb: HR, (H, W, 3), uint8; sides that the scale does not divide are cropped first.
        scale: Factor by which both sides shrink.
        degradation: What happens on the way.
        image: Name of the image.

    Returns:
        (H // scale, W // scale, 3), uint8.
    """
    random = image_random(image)
    draw = degradation.draw(random)
    hr = crop_to_multiple(rgb, scale)
    if draw.kernel is not None:
        pixels = torch.from_numpy(hr.astype(np.float64)).permute(2, 0, 1)[None]
        hr = blur(pixels, torch.from_numpy(draw.kernel)[None])[0].permute(1, 2, 0).numpy()
    return spoil(downsample_uint8(hr, scale), draw, random)


def blur(images: Tensor, kernels: Tensor) -> Tensor:
    """Convolves each image with its own kernel, by way of the Fourier transform.

    At the borders the image is mirrored with its edge pixel repeated, as for shrinking.

    Args:
        images: (N, C, H, W), float.
        kernels: (N, k, k), k odd; symmetric about the centre, as Gaussians are.

    Returns:
        (N, C, H, W), of the type and on the device of the images.
    """
    reach = kernels.shape[-1] // 2
    height, width = images.shape[-2:]
    rows, columns = (_mirrored(side, reach, images.device) for side in (height, width))
    padded = images[..., rows, :][..., columns]
    size = padded.shape[-2:]
    spectrum = torch.fft.rfft2(padded) * torch.fft.rfft2(kernels.to(padded), s=size)[:, None]
    full: Tensor = torch.fft.irfft2(spectrum, s=size)
    return full[..., 2 * reach :, 2 * reach :]


def _mirrored(side: int, reach: int, device: torch.device) -> Tensor:
    """Places in a row of pixels, so many more on both ends."""
    places = torch.arange(-reach, side + reach, device=device) % (2 * side)
    return torch.minimum(places, 2 * side - 1 - places)


def spoil(lr: np.ndarray, draw: Draw, random: np.random.Generator) -> np.ndarray:
    """Adds noise to an LR image and compresses it.

    Args:
        lr: (H, W, 3), uint8.
        draw: How much.
        random: Gives the noise.

    Returns:
        (H, W, 3), uint8.
    """
    if draw.noise:
        noisy = lr + draw.noise * random.standard_normal(lr.shape)
        lr = np.floor(noisy + 0.5).clip(0, 255).astype(np.uint8)
    if draw.quality is None:
        return lr
    file = io.BytesIO()
    Image.fromarray(lr).save(file, "JPEG", quality=draw.quality, subsampling="4:2:0")
    return np.array(Image.open(file, formats=("JPEG",)))
