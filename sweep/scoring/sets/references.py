"""Writes the HR, LR and bicubic images of a test set, from which every score is taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from srgan_core.data.images import read_rgb, write_png
from srgan_core.errors import DataError
from srgan_core.files import file_sha256
from sweep.errors import StoreError
from sweep.metrics.inputs import Rgb
from sweep.scoring.sets.set_checks import niqe_blocks
from sweep.scoring.sets.test_sets import TestSet
from sweep.store.folder import REFERENCE_FILE
from sweep.store.intact import is_intact
from sweep.store.records.base import SCHEMA, read_record, write_record
from sweep.store.records.folder import ReferenceRecord

RESIZE_RULE = (
    "HR cropped at right and bottom to a multiple of the scale; LR by MATLAB-style antialiased "
    "bicubic (a = -0.5), rounded to 8 bit; bicubic baseline by the same kernel, rounded to 8 bit"
)


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
    reference = replace(written, skipped=test_set.skipped)
    record = ReferenceRecord(
        schema_version=SCHEMA,
        scale=scale,
        crop=crop,
        resize=RESIZE_RULE,
        source_sha256={name: file_sha256(path) for name, path in zip(names, sources, strict=True)},
        skipped={each.name: each.reason for each in test_set.skipped},
    )
    before = _read(folder)
    is_same = before is not None and _is_same(before, record)
    known = {f"hr/{image}.png": digest for image, digest in (hr_sha256 or {}).items()}
    known = {**known, **before.png_sha256} if before and is_same else {}
    places = {_place(path, folder) for path in _images(reference)}
    if lost := {*_altered(reference, folder, known)} if is_same else places:
        for index, source in enumerate(sources):
            _write_images(reference, index, _centre_crop(read_rgb(source), crop), lost)
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
    reference = _written_set(folder, name, scale, list(record.source_sha256))
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
    if record is None or (record.scale, record.resize) != (scale, RESIZE_RULE):
        return None
    reference = _written_set(folder, name, scale, list(record.source_sha256))
    if _altered(reference, folder, record.png_sha256):
        return None
    if {path.stem: file_sha256(path) for path in reference.hr} != hr_sha256:
        return None
    return reference


def dataset_record(reference: TestSet) -> dict[str, object]:
    """What `metrics.json` says about a test set that is written.

    Its scale, the number of images, and by image name the SHA-256 of each HR PNG and the number of
    blocks that NIQE finds in an image of its size.
    """
    return {
        "images": len(reference.hr),
        "scale": reference.scale,
        "hr_sha256": {path.stem: file_sha256(path) for path in reference.hr},
        "niqe_blocks": {path.stem: niqe_blocks(path, reference.scale) for path in reference.hr},
    }


def _read(folder: Path) -> ReferenceRecord | None:
    """The record of a folder; one that is damaged is as good as none, the images are made anew."""
    with suppress(StoreError):
        return read_record(folder / REFERENCE_FILE, ReferenceRecord)
    return None


def _written_set(folder: Path, name: str, scale: int, images: Sequence[str]) -> TestSet:
    return TestSet(name, tuple(folder / "hr" / f"{image}.png" for image in images), scale, folder)


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


def _write_images(reference: TestSet, index: int, source: Rgb, wanted: Collection[str]) -> None:
    """Writes those of the three images of a source that are wanted, by their places."""
    # Images that are there already need no torch.
    from srgan_core.data.resize import crop_to_multiple, downsample_uint8, upsample_uint8

    folder = reference.hr[index].parent.parent
    targets = reference.hr[index], reference.lr[index], reference.bicubic[index]
    if not any(_place(path, folder) in wanted for path in targets):
        return
    hr = crop_to_multiple(source, reference.scale)
    lr = downsample_uint8(hr, reference.scale)
    images = (hr, lr, upsample_uint8(lr, reference.scale))
    for path, pixels in zip(targets, images, strict=True):
        if _place(path, folder) in wanted:
            write_png(path, pixels)


def _centre_crop(rgb: Rgb, crop: int | None) -> Rgb:
    if crop is None:
        return rgb
    height, width = (min(side, crop) for side in rgb.shape[:2])
    top = (rgb.shape[0] - height) // 2
    left = (rgb.shape[1] - width) // 2
    return rgb[top : top + height, left : left + width]
