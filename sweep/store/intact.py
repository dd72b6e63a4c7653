"""Whether files are still those that were scored, by the hashes that records hold of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from srgan_core.files import file_sha256
from sweep.store.records.result import ResultRecord
from sweep.store.trial_folder import TrialFolder

_PNG_END = b"IEND\xaeB`\x82"
"""The last bytes of every PNG file."""


def is_intact(path: Path, sha256: str | None) -> bool:
    """Whether a file is there and has the hash that was recorded; None for any content."""
    return path.is_file() and sha256 in (None, file_sha256(path))


def has_generator(files: TrialFolder, result: ResultRecord) -> bool:
    """Whether the generator that a result is of is there."""
    return is_intact(files.generator, result.generator_sha256)


def has_discriminator(files: TrialFolder, result: ResultRecord) -> bool:
    """Whether the discriminator that was trained against it is there."""
    return is_intact(files.discriminator, result.discriminator_sha256)


def is_damaged(files: TrialFolder, result: ResultRecord) -> bool:
    """Whether a network's file lies there that is not the one that the result is of."""
    return (files.generator.is_file() and not has_generator(files, result)) or (
        files.discriminator.is_file() and not has_discriminator(files, result)
    )


def lost_images(
    files: TrialFolder, result: ResultRecord, dataset: str, images: Sequence[str]
) -> tuple[str, ...]:
    """Names the restored images that are missing, cut off, or not those that were scored.

    Of a test set without scores these are all of its images, since another generator may have
    made what lies there. Results of older versions hold no hashes; of their images only the ends
    are looked at.
    """
    if dataset not in result.scores:
        return tuple(images)
    known: Mapping[str, str] = result.image_sha256.get(dataset, {})
    folder = files.images(dataset)
    return tuple(name for name in images if not _is_whole(folder / f"{name}.png", known.get(name)))


def _is_whole(image: Path, sha256: str | None) -> bool:
    if sha256 is not None or not image.is_file():
        return is_intact(image, sha256)
    with image.open("rb") as file:
        file.seek(max(0, image.stat().st_size - len(_PNG_END)))
        return file.read() == _PNG_END


def generator_loss(files: TrialFolder, result: ResultRecord) -> str:
    """Words that a generator is not the one that its result is of, and what can be done."""
    found = "got another or a damaged file" if files.generator.is_file() else "found none"
    recorded = f" that its result.json records ({(result.generator_sha256 or '')[:12]})"
    anew = "delete its result.json and run the sweep again to train it anew"
    return (
        f"{files.generator}: expected the generator{recorded if result.generator_sha256 else ''}, "
        f"{found}; put a copy back, or {anew}"
    )
