from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from srgan_core.data.degradation import Degradation
from srgan_core.data.patches import Batch, PatchSampler
from srgan_core.data.resize import downsample, quantise
from srgan_core.data.store import PackedImages
from srgan_core.errors import DataError

PATCH, SCALE = 16, 4


def packed(images: Sequence[np.ndarray], name: str = "photographs") -> PackedImages:
    sizes = [image.size for image in images]
    return PackedImages(
        name=name,
        key="",
        pixels=np.concatenate([image.ravel() for image in images]),
        shapes=np.array([image.shape[:2] for image in images], dtype=np.int64),
        offsets=np.cumsum([0, *sizes[:-1]]),
        names=tuple(f"{name}-{index}.png" for index in range(len(images))),
    )


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def flat(level: int, side: int = 20) -> np.ndarray:
    return np.full((side, side, 3), level, dtype=np.uint8)


@pytest.fixture
def two_sources() -> list[tuple[PackedImages, float]]:
    photographs = packed([noise(40, 25, 1), noise(16, 90, 2), noise(16, 16, 3)])
    return [(photographs, 3.0), (packed([noise(33, 33, 4)], "leaves"), 1.0)]


def sampler(sources: Sequence[tuple[PackedImages, float]], **options: object) -> PatchSampler:
    defaults = {
        "patch_size": PATCH,
        "scale": SCALE,
        "batch_size": 8,
        "seed": 0,
        "device": torch.device("cpu"),
    }
    return PatchSampler(sources, **(defaults | options))


def to_uint8(images: torch.Tensor) -> np.ndarray:
    return (images * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()


def equal(first: Batch, second: Batch) -> bool:
    return torch.equal(first.lr, second.lr) and torch.equal(first.hr, second.hr)


def naive_patches(
    sources: Sequence[tuple[PackedImages, float]], batch_size: int, seed: int, step: int
) -> np.ndarray:
    """Five draws a patch: source, image, row, column, symmetry; each used in plain numpy."""
    draws = np.random.Generator(np.random.Philox(key=[seed, step])).random((batch_size, 5))
    shares = np.array([share for _, share in sources])
    patches = []
    for to_source, to_image, to_row, to_column, to_symmetry in draws:
        source = sources[int((to_source >= np.cumsum(shares / shares.sum())).sum())][0]
        places = np.array([(h - PATCH + 1) * (w - PATCH + 1) for h, w in source.shapes])
        image = source.image(int((to_image >= np.cumsum(places / places.sum())).sum()))
        top = int(to_row * (image.shape[0] - PATCH + 1))
        left = int(to_column * (image.shape[1] - PATCH + 1))
        patch = image[top : top + PATCH, left : left + PATCH]
        symmetry = int(to_symmetry * 8)
        patch = np.rot90(patch)[::-1] if symmetry & 4 else patch
        patch = patch[::-1] if symmetry & 1 else patch
        patches.append(patch[:, ::-1] if symmetry & 2 else patch)
    return np.stack(patches)


def test_batches_are_float_images_in_channels_last_layout(two_sources):
    batch = sampler(two_sources).batch(0)
    assert (batch.hr.shape, batch.lr.shape) == ((8, 3, 16, 16), (8, 3, 4, 4))
    for images in (batch.hr, batch.lr):
        assert images.dtype == torch.float32
        assert images.is_contiguous(memory_format=torch.channels_last)
        assert torch.equal(quantise(images), images)


@pytest.mark.parametrize("step", [0, 1, 12_345, 2**32 + 1])
@pytest.mark.parametrize("seed", [0, 7])
def test_patches_equal_those_of_plain_numpy(two_sources, seed: int, step: int):
    batch = sampler(two_sources, seed=seed).batch(step)
    assert np.array_equal(to_uint8(batch.hr), naive_patches(two_sources, 8, seed, step))


def test_lr_is_the_quantised_shrunk_hr(two_sources):
    batch = sampler(two_sources).batch(3)
    assert torch.equal(batch.lr, quantise(downsample(batch.hr, SCALE)))


def test_batch_does_not_depend_on_the_batches_before(two_sources):
    fresh, used = sampler(two_sources), sampler(two_sources)
    for step in (9, 2, 2, 5):
        used.batch(step)
    assert equal(used.batch(7), fresh.batch(7))


def test_other_steps_and_seeds_give_other_patches(two_sources):
    first = sampler(two_sources).batch(0)
    assert not equal(first, sampler(two_sources).batch(1))
    assert not equal(first, sampler(two_sources, seed=1).batch(0))


def test_larger_batch_begins_with_the_smaller_one(two_sources):
    small, large = (sampler(two_sources, batch_size=n).batch(4) for n in (4, 16))
    assert torch.equal(large.hr[:4], small.hr)


@pytest.mark.parametrize("world_size", [2, 4])
def test_parts_of_all_processes_make_up_the_batch(two_sources, world_size: int):
    parts = [
        sampler(two_sources, rank=rank, world_size=world_size).batch(5)
        for rank in range(world_size)
    ]
    whole = sampler(two_sources).batch(5)
    assert {len(part.hr) for part in parts} == {8 // world_size}
    assert torch.equal(torch.cat([part.hr for part in parts]), whole.hr)
    assert torch.equal(torch.cat([part.lr for part in parts]), whole.lr)


def test_all_eight_symmetries_occur_equally_often():
    image = noise(16, 16)
    seen = to_uint8(sampler([(packed([image]), 1.0)], batch_size=800).batch(0).hr)
    symmetries = [np.rot90(flip, k) for flip in (image, image[:, ::-1]) for k in range(4)]
    counts = [sum(np.array_equal(patch, wanted) for patch in seen) for wanted in symmetries]
    assert sum(counts) == 800
    assert min(counts) > 60


def test_sources_are_drawn_by_their_shares():
    sources = [(packed([flat(0)] * 9), 1.0), (packed([flat(255)]), 3.0)]
    batch = sampler(sources, batch_size=2000).batch(0)
    assert batch.hr[:, 0, 0, 0].mean().item() == pytest.approx(0.75, abs=0.04)


def test_images_are_drawn_by_the_number_of_places_in_them():
    sources = [(packed([flat(0, 17), flat(255, 19)]), 1.0)]
    batch = sampler(sources, batch_size=2000).batch(0)
    assert batch.hr[:, 0, 0, 0].mean().item() == pytest.approx(16 / 20, abs=0.04)


def test_every_place_of_an_image_is_reached():
    rows, columns = np.mgrid[:18, :19]
    coordinates = np.stack([rows, columns, np.zeros_like(rows)], -1).astype(np.uint8)
    patches = to_uint8(sampler([(packed([coordinates]), 1.0)], batch_size=400).batch(0).hr)
    corners = {tuple(patch.min(axis=(0, 1))[:2].tolist()) for patch in patches}
    assert corners == {(top, left) for top in range(3) for left in range(4)}


def test_image_smaller_than_a_patch_is_named():
    images = packed([flat(0), noise(30, 15), noise(12, 40)])
    with pytest.raises(
        DataError,
        match=r"2 of 3 images cannot be used; .*set a smaller patch_size:\n"
        r"  photographs-1\.png: 15 x 30 px, smaller than a patch of 16 px\n"
        r"  photographs-2\.png: 40 x 12 px",
    ):
        sampler([(images, 1.0)])


def paired(name: str = "pairs:lr,hr", scale: int = SCALE) -> PackedImages:
    """HR images whose LR pixels say where they lie: (row, column, image)."""
    small = []
    for index, (height, width) in enumerate([(9, 7), (4, 11)]):
        rows, columns = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
        small.append(np.stack([rows, columns, np.full_like(rows, index)], -1).astype(np.uint8))
    large = [image.repeat(scale, axis=0).repeat(scale, axis=1) for image in small]
    return replace(packed(large, name), lr=packed(small, name), lr_scale=scale)


def test_given_lr_is_cut_where_hr_is():
    made = sampler([(paired(), 1.0)], batch_size=200)
    seen = set()
    for step in range(3):
        batch = made.batch(step)
        enlarged = batch.lr.repeat_interleave(SCALE, 2).repeat_interleave(SCALE, 3)
        assert torch.equal(enlarged, batch.hr)
        seen |= {tuple(corner) for corner in to_uint8(batch.lr)[:, 0, 0]}
    assert len(seen) > 50


def test_given_and_made_lr_stand_beside_each_other():
    sources = [(paired(), 1.0), (packed([noise(33, 33, 4)]), 1.0)]
    batch = sampler(sources, batch_size=64).batch(0)
    enlarged = batch.lr.repeat_interleave(SCALE, 2).repeat_interleave(SCALE, 3)
    given = (enlarged == batch.hr).flatten(1).all(1)
    assert 10 < int(given.sum()) < 54
    assert torch.equal(batch.lr[~given], quantise(downsample(batch.hr[~given], SCALE)))


def test_pairs_of_another_scale_are_refused():
    with pytest.raises(DataError, match="expected pairs of scale 4, got scale 2"):
        sampler([(paired(scale=2), 1.0)])


def test_hr_of_pairs_smaller_than_a_patch_is_refused():
    with pytest.raises(DataError, match=r"pairs:lr,hr-1\.png: 44 x 16 px, smaller than a patch"):
        sampler([(paired(), 1.0)], patch_size=32)


def test_a_degradation_changes_lr_alone_and_never_given_lr(two_sources):
    spoilt = Degradation.model_validate({"noise": {"sigma": [20, 30]}})
    plain, degraded = (sampler(two_sources, degradation=d).batch(2) for d in (None, spoilt))
    assert torch.equal(plain.hr, degraded.hr)
    assert ((plain.lr != degraded.lr).flatten(1).any(1)).all()
    assert equal(degraded, sampler(two_sources, degradation=spoilt).batch(2))
    given = [sampler([(paired(), 1.0)], degradation=d).batch(2) for d in (None, spoilt)]
    assert equal(*given)


def test_processes_degrade_their_parts_of_one_batch(two_sources):
    spoilt = Degradation.model_validate({"noise": {"sigma": 20}, "jpeg": {"quality": [20, 90]}})
    whole = sampler(two_sources, degradation=spoilt).batch(4)
    parts = [
        sampler(two_sources, degradation=spoilt, rank=rank, world_size=2).batch(4)
        for rank in range(2)
    ]
    assert torch.equal(torch.cat([part.lr for part in parts]), whole.lr)
