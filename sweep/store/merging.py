"""Joins the sweeps of several results folders into one, by the rules that hold within one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from srgan_core.files import drop_folder, make_folder, publish_folder, temporary_name
from sweep.errors import StoreError
from sweep.store.folder import SweepStore, is_shared, require_config
from sweep.store.joining import join_config
from sweep.store.result_file import differences
from sweep.store.trial_folder import TrialFolder


@dataclass(frozen=True)
class Merged:
    """What came into a folder: trials and other folders, by their names below it."""

    trials: tuple[str, ...]
    others: tuple[str, ...]


def merge_sweep(target: SweepStore, source: SweepStore) -> Merged:
    """Copies what a folder lacks from another one; no finished trial of it is replaced.

    The caller holds both locks. Nothing is copied unless all of it may be.

    Raises:
        StoreError: when the two could not have come about in one folder: another config, start,
            training image or test image, or two results of one trial that contradict each other.
    """
    joined = join_config(target.root, require_config(source), target.read_config())
    _refuse_other_data(target, source)
    _refuse_other_images(target, source)
    for files in source.generators():
        _refuse_contradiction(target.generator(files.path.name), files)
    target.write_config(joined)
    target.add_data_keys(source.read_data_keys())
    if source.read_placements().decisions:
        target.write_placements(target.read_placements().joined(source.read_placements()))
    copied = [files for files in source.generators() if _take(target, files)]
    others = [path for path in _further(source) if _copy(path, target.root, source.root)]
    return Merged(
        tuple(files.path.name for files in copied if not is_shared(files.path.name)),
        tuple(path.relative_to(source.root).as_posix() for path in others),
    )


def _take(target: SweepStore, other: TrialFolder) -> bool:
    """Copies a trial or a start, or adds its scores to one that is there; says which."""
    known, parent = target.generator(other.path.name), other.path.parent
    if known.state.is_finished or (known.is_registered and not other.state.is_finished):
        if known.read_result().is_trained and other.read_result().is_trained:
            known.write_result(other.read_result())
            for images in sorted(other.path.glob("images/*")):
                _copy(images, known.path, other.path)
        return False
    drop_folder(known.path)
    return _copy(other.path, known.path.parent, parent)


def _further(source: SweepStore) -> Iterator[Path]:
    """The folders of test sets, of images of other methods and of interpolations."""
    for pattern in ("reference/*", "external/*", "interpolations/*"):
        yield from sorted(path for path in source.root.glob(pattern) if path.is_dir())


def _refuse_other_data(target: SweepStore, source: SweepStore) -> None:
    known = target.read_data_keys()
    for name, key in source.read_data_keys().items():
        if known.get(name, key) != key:
            raise StoreError(
                f"{source.root}: was trained on other images of data source {name} than "
                f"{target.root}; keep the two apart"
            )


def _refuse_other_images(target: SweepStore, source: SweepStore) -> None:
    hidden = {"png_sha256"}
    for folder in sorted(source.references.glob("*")):
        known, other = (each.read_reference(folder.name) for each in (target, source))
        if known is None or other is None:
            continue
        if known.model_dump(exclude=hidden) != other.model_dump(exclude=hidden):
            raise StoreError(
                f"{source.root}: was scored on other images of test set {folder.name!r} than "
                f"{target.root}; keep the two apart"
            )


def _refuse_contradiction(known: TrialFolder, other: TrialFolder) -> None:
    """Two folders may hold one trial or start, if it is the same."""
    before, now = known.read_trial().recipe, other.read_trial().recipe
    found = differences(known.read_result().document(), other.read_result().document())
    if before and now and before != now:
        found = ["recipe"]
    if found:
        raise StoreError(
            f"{other.path}: is not what {known.path} holds ({', '.join(found[:3])} differ); keep "
            "the two apart, or delete one of them"
        )


def _copy(folder: Path, target: Path, source: Path) -> bool:
    """Copies a folder to its place below another one in one step, unless it is there."""
    place = target / folder.relative_to(source)
    if place.exists():
        return False
    make_folder(place.parent)
    temporary = temporary_name(place)
    try:
        shutil.copytree(folder, temporary, ignore=shutil.ignore_patterns(".*.lock", ".run.json"))
        publish_folder(temporary, place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return True
