"""Training batches as a pure function of (seed, step)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

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
    a resumed run needs no loader state. Pixels are gathered and shrunk on the device.

    Args:
        sources: Packed images with the probability of drawing from each.
        patch_size: Height and width of an HR patch.
        scale: Magnification.
        batch_size: Patches a batch, over all processes.
        seed: Seed of the draws.
        device: Where batches are made.
        rank: Which part of the batch this process makes.
        world_size: In how many parts the batch is made.

    Raises:
        DataError: when an image is smaller than a patch.
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
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.patch_size, self.scale, self.batch_size = patch_size, scale, batch_size
        self.seed, self.device = seed, device
        self.mine = slice(rank * batch_size // world_size, (rank + 1) * batch_size // world_size)
        for packed, _ in sources:
            if problem := packed.describe_smaller_than(patch_size):
                raise DataError(problem)
        shares = np.array([share for _, share in sources], dtype=np.float64)
        self._source_bounds = np.cumsum(shares) / shares.sum()
        self._image_bounds = [_place_bounds(packed, patch_size) for packed, _ in sources]
        self._packed = [packed for packed, _ in sources]
        self._pixels = [_to_device(packed, device) for packed, _ in sources]
        self._grid = torch.arange(patch_size, device=device)
        self._channels = torch.arange(3, device=device)

    def batch(self, step: int) -> Batch:
        """Makes the batch of one step.

        Returns:
            This process's part of the batch, in channels-last layout.
        """
        random = np.random.Generator(np.random.Philox(key=[self.seed, step]))
        draws = random.random((self.batch_size, 5))[self.mine]
        hr = torch.empty(
            (len(draws), self.patch_size, self.patch_size, 3),
            dtype=torch.uint8,
            device=self.device,
        )
        chosen = np.searchsorted(self._source_bounds, draws[:, 0], side="right")
        for source in np.unique(chosen):
            members = np.flatnonzero(chosen == source)
            rows = torch.from_numpy(members).to(self.device)
            hr[rows] = self._gather(int(source), draws[members])
        images = hr.permute(0, 3, 1, 2).float() / 255
        lr = quantise(downsample(images, self.scale))
        return Batch(lr=lr.contiguous(memory_format=torch.channels_last), hr=images)

    def _gather(self, source: int, draws: np.ndarray) -> Tensor:
        """Cuts patches of one source, (n, patch, patch, 3), uint8."""
        packed, size = self._packed[source], self.patch_size
        image = np.searchsorted(self._image_bounds[source], draws[:, 1], side="right")
        heights, widths = packed.shapes[image].T
        top = (draws[:, 2] * (heights - size + 1)).astype(np.int64)
        left = (draws[:, 3] * (widths - size + 1)).astype(np.int64)
        begin = packed.offsets[image] + 3 * (top * widths + left)
        symmetry = (draws[:, 4] * 8).astype(np.int64)
        table = np.stack([begin, 3 * widths, symmetry & 1, symmetry >> 1 & 1, symmetry >> 2], 1)
        columns = torch.from_numpy(table).to(self.device).unbind(1)
        start, stride, flip_rows, flip_columns, turn = (c[:, None, None] for c in columns)
        first, second = self._grid[None, :, None], self._grid[None, None, :]
        first = torch.where(flip_rows == 1, size - 1 - first, first)
        second = torch.where(flip_columns == 1, size - 1 - second, second)
        row = torch.where(turn == 1, second, first)
        column = torch.where(turn == 1, first, second)
        places = (start + row * stride + 3 * column)[..., None] + self._channels
        return self._pixels[source][places]


def _place_bounds(packed: PackedImages, patch_size: int) -> np.ndarray:
    """Cumulative shares of images by the number of places a patch can be cut from."""
    places = (packed.shapes - patch_size + 1).prod(axis=1).astype(np.float64)
    bounds: np.ndarray = np.cumsum(places) / places.sum()
    return bounds


def _to_device(packed: PackedImages, device: torch.device) -> Tensor:
    with warnings.catch_warnings():
        # PyTorch warns that the mapped file is read-only; it is never written to.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(packed.pixels).to(device)
