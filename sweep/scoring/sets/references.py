"""Writes the HR, LR and bicubic images of a test set, from which every score is taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from srgan_core.data.images import read_rgb, write_png
from srgan_core.data.resize import crop_to_multiple, downsample_uint8, upsample_uint8
from srgan_core.errors import DataError
from srgan_core.files import file_sha256
from sweep.errors import StoreError
from sweep.metrics.inputs import Rgb
from sweep.scoring.sets.set_checks import niqe_blocks
from sweep.scoring.sets.test_sets import TestSet
from sweep.store.folder import REFERENCE_FILE
from sweep.store.intact import is_intact
from sweep.store.low_resolution import resize_rule
from sweep.store.records.base import SCHEMA, read_record, write_record
from sweep.store.records.folder import ReferenceRecord


def prepare_reference(
    test_set: TestSet,
    scale: int,
    folder: Path,
    *,
    crop: int | None = None,
    limit: int | None = None,
    hr_sha256: Mapping[str, str] | None = None,
) -> TestSet:
    """Writes the images, or does nothing when they are there as they were written before.

    An image that is missing or not the one that was written is written anew. A test set that
    `held_test_set` gave has its images there already.

    Args:
        test_set: The HR images.
        scale: Magnification.
        folder: Where `hr/`, `lr/` and `bicubic/` go.
        crop: Side in pixels to which HR images are first cropped about their centre.
        limit: Number of images to take from the beginning; all by default.
        hr_sha256: Image name to hash of its HR PNG, as `metrics.json` has them: the records of
            older folders have none.

    Returns:
        The test set as written, each image named after its source with the ending `.png`.

    Raises:
        DataError: when a source is no usable image, or gives other pixels than before.
    """
    if test_set.folder is not None:
        return test_set
    sources, names = test_set.hr[:limit], test_set.images[:limit]
    written = _written_set(folder, test_set.name, scale, names)
    reference = replace(written, skipped=test_set.skipped, low_resolution=test_set.low_resolution)
    record = ReferenceRecord(
        schema_version=SCHEMA,
        scale=scale,
        crop=crop,
        resize=resize_rule(test_set.low_resolution),
        source_sha256={name: file_sha256(path) for name, path in zip(names, sources, strict=True)},
        skipped={each.name: each.reason for each in test_set.skipped},
        **_origin_of_lr(test_set, names),
    )
    before = _read(folder)
    is_same = before is not None and _is_same(before, record)
    known = {f"hr/{image}.png": digest for image, digest in (hr_sha256 or {}).items()}
    known = {**known, **before.png_sha256} if before and is_same else {}
    places = {_place(path, folder) for path in _images(reference)}
    if lost := {*_altered(reference, folder, known)} if is_same else places:
        for index in range(len(sources)):
            _write_images(reference, index, test_set, crop, lost)
        _require_same(folder, _altered(reference, folder, known))
    if not is_same:
        hashes = {_place(path, folder): file_sha256(path) for path in _images(reference)}
        # Last, so that an interrupted preparation starts over.
        update = {"png_sha256": hashes}
        write_record(folder / REFERENCE_FILE, record.model_copy(update=update))
    return reference


def open_reference(folder: Path, name: str, scale: int) -> TestSet:
    """Finds the images of a test set that `prepare_reference` wrote into a folder.

    Raises:
        DataError: when the folder holds no test set, or other images than were written.
    """
    record = _read(folder)
    if record is None:
        raise DataError(f"{folder}: holds no prepared test set; run the sweep again to write it")
    reference = _recorded_set(folder, name, scale, record)
    if altered := _altered(reference, folder, record.png_sha256):
        raise DataError(
            f"{folder}: {', '.join(altered)}: missing or not what was written and scored; run the "
            "sweep again to write it anew"
        )
    return reference


def held_test_set(
    folder: Path, name: str, scale: int, hr_sha256: Mapping[str, str]
) -> TestSet | None:
    """Takes a test set from what `prepare_reference` wrote, where its sources are not at hand.

    Args:
        folder: Where it wrote.
        name: Name of the test set.
        scale: Magnification.
        hr_sha256: Image name to hash of its HR PNG, as `metrics.json` has them.

    Returns:
        The test set; None unless all its images are there by the same rule, those of HR with these
        hashes.
    """
    record = _read(folder)
    rule = resize_rule(record.low_resolution) if record else ""
    if record is None or (record.scale, record.resize) != (scale, rule):
        return None
    reference = _recorded_set(folder, name, scale, record)
    if _altered(reference, folder, record.png_sha256):
        return None
    if {path.stem: file_sha256(path) for path in reference.hr} != hr_sha256:
        return None
    return reference


def dataset_record(reference: TestSet) -> dict[str, object]:
    """What `metrics.json` says about a test set that is written.

    Its scale, the number of images, and by image name the SHA-256 of each HR PNG and the number of
    blocks that NIQE finds in an image of its size. Unless LR was shrunk alone, how it came about
    and the SHA-256 of each LR PNG.
    """
    record: dict[str, object] = {
        "images": len(reference.hr),
        "scale": reference.scale,
        "hr_sha256": {path.stem: file_sha256(path) for path in reference.hr},
        "niqe_blocks": {path.stem: niqe_blocks(path, reference.scale) for path in reference.hr},
    }
    if reference.low_resolution is None:
        return record
    lr = {path.stem: file_sha256(path) for path in reference.lr}
    return {**record, "low_resolution": reference.low_resolution, "lr_sha256": lr}


def _read(folder: Path) -> ReferenceRecord | None:
    """The record of a folder; one that is damaged is as good as none, the images are made anew."""
    with suppress(StoreError):
        return read_record(folder / REFERENCE_FILE, ReferenceRecord)
    return None


def _written_set(folder: Path, name: str, scale: int, images: Sequence[str]) -> TestSet:
    return TestSet(name, tuple(folder / "hr" / f"{image}.png" for image in images), scale, folder)


def _recorded_set(folder: Path, name: str, scale: int, record: ReferenceRecord) -> TestSet:
    written = _written_set(folder, name, scale, list(record.source_sha256))
    return replace(written, low_resolution=record.low_resolution)


def _origin_of_lr(test_set: TestSet, names: Sequence[str]) -> dict[str, Any]:
    """Fields of a record that one of LR images which were shrunk alone does not have."""
    if test_set.low_resolution is None:
        return {}
    hashes = {name: file_sha256(path) for name, path in zip(names, test_set.given, strict=False)}
    fields = {"low_resolution": test_set.low_resolution}
    return {**fields, "lr_sha256": hashes} if hashes else fields


def _images(reference: TestSet) -> tuple[Path, ...]:
    return (*reference.hr, *reference.lr, *reference.bicubic)


def _place(image: Path, folder: Path) -> str:
    return image.relative_to(folder).as_posix()


def _is_same(written: ReferenceRecord, record: ReferenceRecord) -> bool:
    """Whether two records are of the same images by the same rule, their order included."""
    exclude = {"png_sha256"}
    return written.model_dump_json(exclude=exclude) == record.model_dump_json(exclude=exclude)


def _altered(reference: TestSet, folder: Path, known: Mapping[str, str]) -> list[str]:
    """Names the images that are missing, or not those whose hashes are known."""
    places = {_place(path, folder): path for path in _images(reference)}
    return [place for place, path in places.items() if not is_intact(path, known.get(place))]


def _require_same(folder: Path, altered: Sequence[str]) -> None:
    if altered:
        raise DataError(
            f"{folder}: {', '.join(altered)}: lost, and made here with other pixels than those "
            "that were scored (another processor or PyTorch); put copies back, or choose another "
            "--out"
        )


def _write_images(
    reference: TestSet, index: int, source: TestSet, crop: int | None, wanted: Collection[str]
) -> None:
    """Writes those of the three images of a source that are wanted, by their places."""
    folder = reference.hr[index].parent.parent
    targets = reference.hr[index], reference.lr[index], reference.bicubic[index]
    if not any(_place(path, folder) in wanted for path in targets):
        return
    hr, lr = _hr_and_lr(source, index, crop, reference.scale)
    images = (hr, lr, upsample_uint8(lr, reference.scale))
    for path, pixels in zip(targets, images, strict=True):
        if _place(path, folder) in wanted:
            write_png(path, pixels)


def _hr_and_lr(source: TestSet, index: int, crop: int | None, scale: int) -> tuple[Rgb, Rgb]:
    if source.given:
        # Both are cut along pixels of LR.
        lr = read_rgb(source.given[index])
        inner = _centre(lr.shape, None if crop is None else crop // scale)
        outer = tuple(slice(scale * part.start, scale * part.stop) for part in inner)
        return read_rgb(source.hr[index])[outer], lr[inner]
    rgb = read_rgb(source.hr[index])
    hr = crop_to_multiple(rgb[_centre(rgb.shape, crop)], scale)
    if source.degradation is None:
        return hr, downsample_uint8(hr, scale)
    # Blur needs torch.
    from srgan_core.data.degrading import degraded_image

    return hr, degraded_image(hr, scale, source.degradation, source.images[index])


def _centre(shape: Sequence[int], crop: int | None) -> tuple[slice, slice]:
    """Rows and columns of the central square of so many pixels, or of all."""
    sides = [side if crop is None else min(side, crop) for side in shape[:2]]
    starts = [(whole - side) // 2 for whole, side in zip(shape, sides, strict=False)]
    rows, columns = (slice(a, a + side) for a, side in zip(starts, sides, strict=True))
    return rows, columns
