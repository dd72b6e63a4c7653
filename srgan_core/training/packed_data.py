"""The packed images of a mix of data sources, and whether they are the same. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from srgan_core.data.sources import open_source
from srgan_core.data.store import PackedImages, Progress, open_packed
from srgan_core.errors import DataError
from srgan_core.training.config import DataConfig


def open_data(
    data: DataConfig, patch_size: int, progress: Progress | None = None
) -> list[tuple[PackedImages, float]]:
    """Opens or packs every source of a mix.

    Args:
        data: The mix.
        patch_size: Side in pixels below which `data.skip_unfit` leaves images out.
        progress: Told about every image that is decoded.

    Returns:
        Packed images with their shares, in the config's order.

    Raises:
        DataError: when a source is not to be had, or holds images that cannot be read.
    """
    return [
        (open_images(name, data, patch_size, progress), share)
        for name, share in data.sources.items()
    ]


def open_images(
    name: str, data: DataConfig, patch_size: int, progress: Progress | None = None
) -> PackedImages:
    """Opens or packs one source of a mix; arguments and errors as for `open_data`."""
    source = open_source(name, data.dead_leaves, data.split_seed)
    packed = open_packed(source, progress, data.skip_unfit)
    return packed.without_smaller_than(patch_size) if data.skip_unfit else packed


def require_same_data(packed: Sequence[PackedImages], keys: Mapping[str, str]) -> None:
    """Refuses images that are not those that a training began with.

    Args:
        packed: The sources as they are now.
        keys: Data source to the hash of its packed images; others may be anything.

    Raises:
        DataError: when a hash differs.
    """
    for images in packed:
        if images.key != keys.get(images.name, images.key):
            raise DataError(
                f"data source {images.name}: expected the images that the sweep began with "
                f"({keys[images.name][:12]}), got others ({images.key[:12]}); put the old images "
                "back, or choose another --out"
            )
