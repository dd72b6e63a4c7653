"""Finds the HR images of a test set by its name."""

from __future__ import annotations

import importlib.util
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from srgan_core.data.degradation import Degradation
from srgan_core.data.listing import (
    Listing,
    Skipped,
    describe_unusable,
    list_images,
    table_name,
)
from srgan_core.data.pair_folders import find_pairs, pair_folders
from srgan_core.data.sources import source_folders
from srgan_core.errors import ConfigError, DataError, UnavailableDataError, unknown_name
from srgan_core.inputs import escaped, unwritable
from srgan_core.installing import install_command
from sweep.config.names import (
    DEGRADED_PREFIX,
    FOLDER_PREFIX,
    NAMED_SETS,
    PAIRS_PREFIX,
    TEST_SETS,
    bare_set,
)
from sweep.metrics.known_text import TEXT_LINES
from sweep.scoring.sets.published_sets import PUBLISHED, find_published, is_on_disk
from sweep.scoring.sets.set_checks import (
    refuse_equal_names,
    refuse_unfit_images,
    refuse_unfit_pairs,
    unfit_images,
    unfit_pairs,
)
from sweep.scoring.sets.text_lines import text_line_files
from sweep.store.low_resolution import degraded_words, given_words

SKIMAGE3 = ("chelsea.png", "coffee.png", "rocket.jpg")
"""Photographs inside the installed scikit-image that no training uses."""

GENERIC_FOLDERS = ("hr", "gt", "original", "images")
"""Names of folders that say nothing about the test set; the folder above does."""


@dataclass(frozen=True)
class TestSet:
    """HR images with a name and, once they are written, the LR and bicubic ones made of them.

    Attributes:
        name: Name in the tables: `set5`, or the base name of a folder.
        hr: The HR images as they were found, sorted; once written, PNGs cropped to the scale.
        scale: Magnification.
        folder: Where `hr/`, `lr/` and `bicubic/` lie; None before they are written.
        skipped: What lies among the images and is none.
        low_resolution: How its LR images came about, in words; None for shrinking alone.
        given: The LR images as they were found, where they are given.
        degradation: What the LR images suffer that are made of HR; None for shrinking alone.
    """

    # Keeps pytest from taking the class for a test.
    __test__: ClassVar[bool] = False

    name: str
    hr: tuple[Path, ...]
    scale: int
    folder: Path | None = None
    skipped: tuple[Skipped, ...] = ()
    low_resolution: str | None = None
    given: tuple[Path, ...] = ()
    degradation: Degradation | None = None

    @property
    def images(self) -> tuple[str, ...]:
        """Names of the images in the tables."""
        return tuple(table_name(path) for path in self.hr)

    @property
    def lr(self) -> tuple[Path, ...]:
        """PNGs that generators take."""
        return self._written("lr")

    @property
    def bicubic(self) -> tuple[Path, ...]:
        """PNGs of the baseline."""
        return self._written("bicubic")

    def _written(self, part: str) -> tuple[Path, ...]:
        if self.folder is None:
            raise ValueError(f"{self.name}: has HR images alone before `prepare_reference`")
        return tuple(self.folder / part / f"{image}.png" for image in self.images)


def resolve_test_set(name: str, scale: int, degradation: Degradation | None = None) -> TestSet:
    """Finds a test set of at least one image, downloading it if that is the only way.

    Published sets are looked for under `$SWEEP_DATA` first.

    Args:
        name: As it was typed.
        scale: Magnification.
        degradation: What the LR images of a set suffer whose name begins with `degraded:`.

    Raises:
        ConfigError: when the name is unknown, or pairs are of another scale.
        DataError: when images are missing, unfit by their headers, not to be had, or share a name.
    """
    test_set = find_test_set(name, scale, degradation)
    refuse_unfit_images(test_set.name, test_set.hr, scale)
    refuse_unfit_pairs(test_set.name, test_set.given, test_set.hr, scale)
    return test_set


def find_test_set(name: str, scale: int, degradation: Degradation | None = None) -> TestSet:
    """As `resolve_test_set`, but without a look into the images."""
    dataset, bare = dataset_name(name), bare_set(name)
    if bare.startswith(PAIRS_PREFIX):
        pairs, (lr, _) = find_pairs(bare), pair_folders(bare)
        return TestSet(
            *(dataset, pairs.hr, scale),
            skipped=pairs.skipped,
            low_resolution=given_words(lr.resolve().name),
            given=pairs.lr,
        )
    listing = _find(bare)
    refuse_equal_names(dataset, listing.images)
    found = TestSet(dataset, listing.images, scale, skipped=listing.skipped)
    if not name.startswith(DEGRADED_PREFIX):
        return found
    if degradation is None:
        raise ConfigError(
            f"test set {name}: expected the degradation of a sweep, got none; write {bare}"
        )
    return replace(found, low_resolution=degraded_words(degradation), degradation=degradation)


def fit_test_set(name: str, scale: int) -> tuple[TestSet, dict[str, str]]:
    """As `resolve_test_set`, but an image that cannot be scored costs itself alone.

    Returns:
        The test set without such images, and name to the reason for each of them.

    Raises:
        DataError: also when no image can be scored.
    """
    test_set = find_test_set(name, scale)
    problems = {
        **unfit_pairs(test_set.name, test_set.given, test_set.hr, scale),
        **unfit_images(test_set.hr, scale, decode=True),
    }
    if len(problems) == len(test_set.hr):
        where = f"test set {test_set.name}"
        raise DataError(describe_unusable(where, len(problems), list(problems.values())))
    fit = [place for place, path in enumerate(test_set.hr) if path not in problems]
    hr, given = (
        tuple(paths[place] for place in fit) if paths else ()
        for paths in (test_set.hr, test_set.given)
    )
    unfit = {table_name(path): why for path, why in problems.items()}
    return replace(test_set, hr=hr, given=given), unfit


def resolve_test_sets(
    names: Sequence[str],
    scale: int,
    held: Mapping[str, TestSet] = MappingProxyType({}),
    degradation: Degradation | None = None,
) -> tuple[TestSet, ...]:
    """Finds several test sets whose names must differ; those of `held` need not be looked for.

    `degradation` is what the LR images of those suffer whose names begin with `degraded:`.

    Raises:
        ConfigError: when a name is unknown or two sets would have one name in the tables.
        DataError: as for `resolve_test_set`.
    """
    refuse_equal_sets(names)
    return tuple(held.get(name) or resolve_test_set(name, scale, degradation) for name in names)


def refuse_equal_sets(names: Sequence[str]) -> None:
    """Raises ConfigError when two sets would have one name in the tables."""
    for dataset, count in Counter(dataset_name(name) for name in names).items():
        if count > 1:
            raise ConfigError(
                f"test sets: {count} of them are called {dataset!r}; rename a folder or drop one"
            )


def is_absent(name: str) -> bool:
    """Whether the images of a test set would have to be fetched, or a folder be put back."""
    bare = bare_set(name)
    if bare in PUBLISHED:
        return not is_on_disk(bare)
    return not all(folder.is_dir() for folder in source_folders(bare))


def dataset_name(name: str) -> str:
    """The name that a test set has in the tables.

    Its own, or the base name of a folder; `set5-degraded` for `degraded:set5`, and for pairs
    `HR-from-LR`, with the names of both folders.

    Raises:
        ConfigError: when the name is unknown or a folder has no base name that can be written.
    """
    if name.startswith(DEGRADED_PREFIX):
        return f"{dataset_name(bare_set(name))}-degraded"
    bare = bare_set(name)
    if bare in NAMED_SETS:
        return bare
    if bare.startswith(PAIRS_PREFIX):
        lr, hr = pair_folders(bare)
        return _name_of_folders(name, dataset_label(hr), lr.resolve().name)
    if not bare.startswith(FOLDER_PREFIX):
        raise ConfigError(unknown_name("test set", name, TEST_SETS))
    path = bare.removeprefix(FOLDER_PREFIX)
    return _name_of_folders(name, Path(path).expanduser().resolve().name if path else "")


def _name_of_folders(name: str, *folders: str) -> str:
    if not all(folders):
        raise ConfigError(
            f"test set {name!r}: expected folders that have a name, as in folder:PATH"
        )
    base = "-from-".join(folders)
    if why := unwritable(base):
        raise ConfigError(f"test set {escaped(name)}: {escaped(base)}: {why}")
    return unicodedata.normalize("NFC", base)


def dataset_label(folder: Path) -> str:
    """What the images of a folder are called as a test set.

    Its base name, or that of the folder above for `hr`, `gt` and the like; `set5` for every folder
    name that a published test set goes by.
    """
    path = folder.expanduser().resolve()
    name = path.parent.name if path.name.casefold() in GENERIC_FOLDERS else path.name
    known = (key for key, published in PUBLISHED.items() if name in published.folders)
    return next(known, escaped(name))


def _find(name: str) -> Listing:
    if name in PUBLISHED:
        return Listing(find_published(name)[0])
    if name == "skimage3":
        return Listing(_skimage_files())
    if name == TEXT_LINES:
        return Listing(text_line_files())
    return list_images(Path(name.removeprefix(FOLDER_PREFIX)).expanduser())


def _skimage_files() -> tuple[Path, ...]:
    # Locating the package does not import it.
    package = importlib.util.find_spec("skimage")
    if package is None or package.origin is None:
        raise UnavailableDataError(
            f"skimage3: scikit-image is not installed; {install_command('scikit-image')}"
        )
    paths = tuple(Path(package.origin).parent / "data" / name for name in SKIMAGE3)
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise UnavailableDataError(
            f"skimage3: the installed scikit-image lacks {', '.join(missing)}; reinstall it"
        )
    return paths
