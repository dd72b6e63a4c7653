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

from srgan_core.data.listing import Listing, Skipped, list_images
from srgan_core.errors import ConfigError, UnavailableDataError, unknown_name
from srgan_core.inputs import escaped, unwritable
from sweep.config.names import FOLDER_PREFIX, TEST_SETS
from sweep.metrics.known_text import TEXT_LINES
from sweep.scoring.sets.published_sets import PUBLISHED, find_published, is_on_disk
from sweep.scoring.sets.set_checks import (
    refuse_equal_names,
    refuse_unfit_images,
    table_name,
    unfit_images,
)
from sweep.scoring.sets.text_lines import text_line_files

SKIMAGE3 = ("chelsea.png", "coffee.png", "rocket.jpg")
"""Photographs inside the installed scikit-image that no training uses."""


@dataclass(frozen=True)
class TestSet:
    """HR images with a name and, once they are written, the LR and bicubic ones made of them.

    Attributes:
        name: Name in the tables: `set5`, or the base name of a folder.
        hr: The HR images as they were found, sorted; once written, PNGs cropped to the scale.
        scale: Magnification.
        folder: Where `hr/`, `lr/` and `bicubic/` lie; None before they are written.
        skipped: What lies among the images and is none.
    """

    # Keeps pytest from taking the class for a test.
    __test__: ClassVar[bool] = False

    name: str
    hr: tuple[Path, ...]
    scale: int
    folder: Path | None = None
    skipped: tuple[Skipped, ...] = ()

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


def resolve_test_set(name: str, scale: int) -> TestSet:
    """Finds a test set of at least one image, downloading it if that is the only way.

    Published sets are looked for under `$SWEEP_DATA` first.

    Raises:
        ConfigError: when the name is unknown.
        DataError: when images are missing, unfit by their headers, not to be had, or share a name.
    """
    test_set = find_test_set(name, scale)
    refuse_unfit_images(test_set.name, test_set.hr, scale)
    return test_set


def find_test_set(name: str, scale: int) -> TestSet:
    """As `resolve_test_set`, but without a look into the images."""
    listing = _find(name)
    dataset = dataset_name(name)
    refuse_equal_names(dataset, listing.images)
    return TestSet(dataset, listing.images, scale, skipped=listing.skipped)


def fit_test_set(name: str, scale: int) -> tuple[TestSet, dict[str, str]]:
    """As `resolve_test_set`, but an image that cannot be scored costs itself alone.

    Returns:
        The test set without such images, and name to the reason for each of them.

    Raises:
        DataError: also when no image can be scored.
    """
    test_set = find_test_set(name, scale)
    problems = unfit_images(test_set.hr, scale, decode=True)
    if len(problems) == len(test_set.hr):
        refuse_unfit_images(test_set.name, test_set.hr, scale, decode=True)
    fit = tuple(path for path in test_set.hr if path not in problems)
    return replace(test_set, hr=fit), {table_name(path): why for path, why in problems.items()}


def resolve_test_sets(
    names: Sequence[str],
    scale: int,
    held: Mapping[str, TestSet] = MappingProxyType({}),
) -> tuple[TestSet, ...]:
    """Finds several test sets whose names must differ; those of `held` need not be looked for.

    Raises:
        ConfigError: when a name is unknown or two sets would have one name in the tables.
        DataError: as for `resolve_test_set`.
    """
    refuse_equal_sets(names)
    return tuple(held.get(name) or resolve_test_set(name, scale) for name in names)


def refuse_equal_sets(names: Sequence[str]) -> None:
    """Raises ConfigError when two sets would have one name in the tables."""
    for dataset, count in Counter(dataset_name(name) for name in names).items():
        if count > 1:
            raise ConfigError(
                f"test sets: {count} of them are called {dataset!r}; rename a folder or drop one"
            )


def is_absent(name: str) -> bool:
    """Whether the images of a test set would have to be fetched, or a folder be put back."""
    if name in PUBLISHED:
        return not is_on_disk(name)
    is_folder = name.startswith(FOLDER_PREFIX)
    return is_folder and not Path(name.removeprefix(FOLDER_PREFIX)).expanduser().is_dir()


def dataset_name(name: str) -> str:
    """The name that a test set has in the tables: its own, or the base name of a folder.

    Raises:
        ConfigError: when the name is unknown or a folder has no base name that can be written.
    """
    if name in TEST_SETS[:-1]:
        return name
    if not name.startswith(FOLDER_PREFIX):
        raise ConfigError(unknown_name("test set", name, TEST_SETS))
    path = name.removeprefix(FOLDER_PREFIX)
    base = Path(path).expanduser().resolve().name if path else ""
    if not base:
        raise ConfigError(f"test set {name!r}: expected folder:PATH with a path that has a name")
    if why := unwritable(base):
        raise ConfigError(f"test set {escaped(name)}: {escaped(base)}: {why}")
    return unicodedata.normalize("NFC", base)


def _find(name: str) -> Listing:
    dataset_name(name)
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
            "skimage3: scikit-image is not installed; pip install scikit-image"
        )
    paths = tuple(Path(package.origin).parent / "data" / name for name in SKIMAGE3)
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise UnavailableDataError(
            f"skimage3: the installed scikit-image lacks {', '.join(missing)}; reinstall it"
        )
    return paths
