"""Training batches as a pure function of (seed, step)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from srgan_core.data.degradation import Degradation
from srgan_core.data.degrading import degraded, patch_random
from srgan_core.data.resize import downsample, quantise
from srgan_core.data.store import PackedImages
from srgan_core.errors import DataError


@dataclass(frozen=True)
class Batch:
    """LR and HR patches of the same places.

    Attributes:
        lr: (N, 3, patch / scale, patch / scale), float32 in [0, 1], multiples of 1/255.
        hr: (N, 3, patch, patch), the same.
    """

    lr: Tensor
    hr: Tensor


class PatchSampler:
    """Draws random crops, flips and quarter turns from several packed sources.

    The draws come from a counter-based generator (Philox) keyed by (seed, step), so a batch
    does not depend on the batches before it: every trial of a grid sees the same patches, and
    a resumed run needs no loader state. Pixels are gathered and shrunk on the device. LR patches
    that a source gives are cut where HR is cut; the others are made of HR, by way of the
    degradation if there is one, which is drawn for each patch from (seed, step, place in batch).

    Args:
        sources: Packed images with the probability of drawing from each.
        patch_size: Height and width of an HR patch.
        scale: Magnification.
        batch_size: Patches a batch, over all processes.
        seed: Seed of the draws.
        device: Where batches are made.
        degradation: What LR suffers that is made of HR; None for bicubic alone.
        rank: Which part of the batch this process makes.
        world_size: In how many parts the batch is made.

    Raises:
        DataError: when an image is smaller than a patch, or given LR is of another scale.
    """

    def __init__(
        self,
        sources: Sequence[tuple[PackedImages, float]],
        *,
        patch_size: int,
        scale: int,
        batch_size: int,
        seed: int,
        device: torch.device,
        degradation: Degradation | None = None,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.patch_size, self.scale, self.batch_size = patch_size, scale, batch_size
        self.seed, self.device, self.degradation = seed, device, degradation
        self.mine = slice(rank * batch_size // world_size, (rank + 1) * batch_size // world_size)
        for packed, _ in sources:
            if problem := packed.describe_other_scale(scale):
                raise DataError(problem)
            if problem := packed.describe_smaller_than(patch_size):
                raise DataError(problem)
        shares = np.array([share for _, share in sources], dtype=np.float64)
        self._source_bounds = np.cumsum(shares) / shares.sum()
        self._image_bounds = [_place_bounds(packed, patch_size) for packed, _ in sources]
        self._packed = [packed for packed, _ in sources]
        self._pixels = [_to_device(packed, device) for packed, _ in sources]
        self._given = [_to_device(p.lr, device) if p.lr is not None else None for p, _ in sources]
        self._has_lr = np.array([packed.lr is not None for packed, _ in sources])
        self._grids = {
            size: torch.arange(size, device=device) for size in (patch_size, patch_size // scale)
        }
        self._channels = torch.arange(3, device=device)

    def batch(self, step: int) -> Batch:
        """Makes the batch of one step.

        Returns:
            This process's part of the batch, in channels-last layout.
        """
        random = np.random.Generator(np.random.Philox(key=[self.seed, step]))
        draws = random.random((self.batch_size, 5))[self.mine]
        hr = self._empty(len(draws), self.patch_size)
        given: list[tuple[Tensor, Tensor]] = []
        chosen = np.searchsorted(self._source_bounds, draws[:, 0], side="right")
        for source in np.unique(chosen):
            members = np.flatnonzero(chosen == source)
            rows = torch.from_numpy(members).to(self.device)
            places = self._places(int(source), draws[members])
            packed, pixels = self._packed[source], self._given[source]
            hr[rows] = self._cut(packed, self._pixels[source], places, self.patch_size)
            if packed.lr is not None and pixels is not None:
                small = places.shrunk(self.scale)
                cut = self._cut(packed.lr, pixels, small, self.patch_size // self.scale)
                given.append((rows, cut))
        images = _as_images(hr)
        lr = self._lr(images, step, given, np.flatnonzero(~self._has_lr[chosen]))
        return Batch(lr=lr.contiguous(memory_format=torch.channels_last), hr=images)

    def _lr(
        self,
        images: Tensor,
        step: int,
        given: Sequence[tuple[Tensor, Tensor]],
        made: np.ndarray,
    ) -> Tensor:
        """The LR patches of HR ones: those that are given, and the others made of HR."""
        if not given:
            return self._make(images, step, made)
        patches = self._empty(len(images), self.patch_size // self.scale)
        for rows, cut in given:
            patches[rows] = cut
        lr = _as_images(patches)
        if len(made):
            rows = torch.from_numpy(made).to(self.device)
            lr[rows] = self._make(images[rows], step, made)
        return lr

    def _make(self, images: Tensor, step: int, places: np.ndarray) -> Tensor:
        """LR of HR patches that have these places in this process's part of the batch."""
        if self.degradation is None:
            return quantise(downsample(images, self.scale))
        first = self.mine.start
        random = [patch_random(self.seed, step, first + int(place)) for place in places]
        return degraded(images, self.scale, self.degradation, random)

    def _empty(self, number: int, side: int) -> Tensor:
        return torch.empty((number, side, side, 3), dtype=torch.uint8, device=self.device)

    def _places(self, source: int, draws: np.ndarray) -> _Places:
        """Where patches of one source are cut; where LR is given, at whole pixels of it."""
        packed, size = self._packed[source], self.patch_size
        unit = packed.lr_scale
        image = np.searchsorted(self._image_bounds[source], draws[:, 1], side="right")
        heights, widths = packed.shapes[image].T
        top = (draws[:, 2] * ((heights - size) // unit + 1)).astype(np.int64) * unit
        left = (draws[:, 3] * ((widths - size) // unit + 1)).astype(np.int64) * unit
        return _Places(image, top, left, (draws[:, 4] * 8).astype(np.int64))

    def _cut(self, packed: PackedImages, pixels: Tensor, places: _Places, size: int) -> Tensor:
        """Cuts patches of one source, (n, size, size, 3), uint8."""
        widths = packed.shapes[places.image, 1]
        begin = packed.offsets[places.image] + 3 * (places.top * widths + places.left)
        symmetry = places.symmetry
        table = np.stack([begin, 3 * widths, symmetry & 1, symmetry >> 1 & 1, symmetry >> 2], 1)
        columns = torch.from_numpy(table).to(self.device).unbind(1)
        start, stride, flip_rows, flip_columns, turn = (c[:, None, None] for c in columns)
        grid = self._grids[size]
        first, second = grid[None, :, None], grid[None, None, :]
        first = torch.where(flip_rows == 1, size - 1 - first, first)
        second = torch.where(flip_columns == 1, size - 1 - second, second)
        row = torch.where(turn == 1, second, first)
        column = torch.where(turn == 1, first, second)
        where = (start + row * stride + 3 * column)[..., None] + self._channels
        return pixels[where]


@dataclass(frozen=True)
class _Places:
    """Where patches are cut: (n,) each, the image, its upper left pixel, one of 8 symmetries."""

    image: np.ndarray
    top: np.ndarray
    left: np.ndarray
    symmetry: np.ndarray

    def shrunk(self, scale: int) -> _Places:
        """The same places in images that are smaller by the scale."""
        return replace(self, top=self.top // scale, left=self.left // scale)


def _as_images(patches: Tensor) -> Tensor:
    """Makes (N, 3, H, W), float32 in [0, 1], of (N, H, W, 3), uint8."""
    return patches.permute(0, 3, 1, 2).float() / 255


def _place_bounds(packed: PackedImages, patch_size: int) -> np.ndarray:
    """Cumulative shares of images by the number of places a patch can be cut from."""
    places = ((packed.shapes - patch_size) // packed.lr_scale + 1).prod(axis=1).astype(np.float64)
    bounds: np.ndarray = np.cumsum(places) / places.sum()
    return bounds


def _to_device(packed: PackedImages, device: torch.device) -> Tensor:
    with warnings.catch_warnings():
        # PyTorch warns that the mapped file is read-only; it is never written to.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(packed.pixels).to(device)
