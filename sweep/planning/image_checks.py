"""Checks the images that a sweep is trained on and scored on, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from srgan_core.data.headers import describe_reading
from srgan_core.data.listing import count_images
from srgan_core.data.pair_folders import describe_pairs
from srgan_core.data.sources import source_folders
from srgan_core.errors import ConfigError, DataError
from srgan_core.wording import counted
from sweep.config.axes import configs_of
from sweep.config.sweep_config import SweepConfig
from sweep.planning.training_data import AbsentDataError, is_training_left, require_folders
from sweep.store.folder import SweepStore
from sweep.store.records.folder import SourceRecord
from sweep.store.states import State

if TYPE_CHECKING:
    from srgan_core.data.store import PackedImages
    from sweep.planning.plan import Plan
    from sweep.scoring.sets.test_sets import TestSet

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class CheckedImages:
    """What the images of a plan turned out to be.

    Attributes:
        keys: Data source to the hash of its packed images.
        sources: Data source to the number of its images and to what was left out.
        notes: Sentences for the user: how many images there are of each source and test set.
    """

    keys: Mapping[str, str]
    sources: Mapping[str, SourceRecord]
    notes: tuple[str, ...]


def check_images(
    store: SweepStore,
    plan: Plan,
    fetch: bool = True,
    retry: Collection[str] = (State.FAILED,),
) -> CheckedImages:
    """Decodes test images, packs training images, and refuses those that cannot be used.

    Args:
        store: The results folder, for the images that it began with.
        plan: What is going to be done.
        fetch: Whether sources that are not on this machine are downloaded, and synthetic ones
            made; otherwise they are passed over, and that is said.
        retry: States in which trials are trained again. Where nothing is to be trained, training
            images whose folder is gone are passed over.

    Raises:
        ConfigError: when patches do not fit the training images.
        DataError: when images cannot be read, are test images too, or are not those that the
            sweep began with; `AbsentDataError` when their folder is gone and something is to be
            trained.
    """
    from srgan_core.data.duplicates import refuse_test_images
    from srgan_core.training.packed_data import require_same_data

    config = plan.config
    _refuse_unfit_test_images(plan)
    side, setting = _largest_patch(config)
    later = {} if fetch else _left_to_the_run(config, side, setting)
    names = [name for name in config.data.sources if name not in later]
    try:
        require_folders(config)
    except AbsentDataError:
        left = is_training_left(store, plan.asked, plan.starts, retry)
        if left or plan.most_further_trials(store):
            raise
        later, names = {}, []
    packed = _open_all(config, names, side)
    for images in packed:
        problem = images.describe_other_scale(config.scale)
        if problem := problem or images.describe_smaller_than(side, setting):
            raise ConfigError(problem)
    require_same_data(packed, store.read_data_keys())
    refuse_test_images(packed, [path for test_set in plan.sets for path in test_set.hr])
    counts = {each.name: _describe(each) for each in packed}
    return CheckedImages(
        keys={images.name: images.key for images in packed},
        sources={images.name: _record(images) for images in packed},
        notes=(
            *(f"training images: {name}: {text}" for name, text in {**counts, **later}.items()),
            *_count_test_images(plan),
        ),
    )


def _refuse_unfit_test_images(plan: Plan) -> None:
    from sweep.scoring.sets.set_checks import refuse_unfit_images, refuse_unfit_pairs

    def check(each: TestSet) -> None:
        refuse_unfit_images(each.name, each.hr, each.scale, decode=True)
        refuse_unfit_pairs(each.name, each.given, each.hr, each.scale, decode=True)

    # What a folder holds itself was written by us from images that were checked.
    _all_or_raise(check, [test_set for test_set in plan.sets if test_set.folder is None])


def _largest_patch(config: SweepConfig) -> tuple[int, str]:
    """Side of the largest patches in pixels, and the key that says so."""
    largest = max(configs_of(config), key=lambda each: each.adversarial.patch_size)
    sections = {
        "adversarial": largest.adversarial,
        "srresnet.training": config.srresnet.training,
        "srgan.training": config.srgan.training,
    }
    sides = {name: section.patch_size for name, section in sections.items() if section}
    name = max(sides, key=lambda key: sides[key])
    return sides[name], f"{name}.patch_size"


def _left_to_the_run(config: SweepConfig, side: int, setting: str) -> dict[str, str]:
    """Sources that would have to be made or downloaded, with what can be said of them now."""
    from srgan_core.data.sources import is_at_hand

    later = {}
    for name in config.data.sources:
        if name == "dead-leaves":
            leaves = config.data.dead_leaves
            if leaves.size < side:
                raise ConfigError(
                    f"data source {name}: has images of {leaves.size} px on a side, patches have "
                    f"{side}; set a smaller {setting} or a larger data.dead_leaves.size"
                )
            later[name] = f"{counted(leaves.images, 'image')}, made when training begins"
        elif not is_at_hand(name):
            later[name] = "not on this machine; `sweep run` downloads and checks its images"
    return later


def _open_all(config: SweepConfig, names: Sequence[str], side: int) -> list[PackedImages]:
    from srgan_core.training.packed_data import open_images

    return _all_or_raise(lambda name: open_images(name, config.data, side), names)


def _all_or_raise(check: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Does something with every item; what is wrong with several of them is told together."""
    done, problems = [], []
    for item in items:
        try:
            done.append(check(item))
        except DataError as error:
            problems.append(str(error))
    if problems:
        raise DataError("\n".join(problems))
    return done


def _describe(images: PackedImages) -> str:
    read = describe_reading(map(Path, images.names) if source_folders(images.name) else ())
    pairs = [describe_pairs(len(images), images.lr_scale)] if images.lr is not None else []
    return "; ".join((count_images(len(images), images.skipped), *pairs, *read))


def _record(images: PackedImages) -> SourceRecord:
    skipped = {_below(each.name, images.name): each.reason for each in images.skipped}
    return SourceRecord(images=len(images), skipped=skipped)


def _below(path: str, source: str) -> str:
    """The path of an image below the folder of a source; below the folder above of pairs."""
    folders = source_folders(source)
    for folder in folders:
        above = folder.parent if len(folders) > 1 else folder
        path = path.removeprefix(f"{above}/")
    return path


def _count_test_images(plan: Plan) -> Iterator[str]:
    for name, test_set in zip(plan.config.eval.sets, plan.sets, strict=True):
        paths = test_set.hr[: plan.config.eval.excerpt(name).limit]
        made = [f"LR {test_set.low_resolution}"] if test_set.low_resolution else []
        read = describe_reading(paths)
        text = "; ".join((count_images(len(paths), test_set.skipped), *made, *read))
        yield f"test images: {test_set.name}: {text}"
