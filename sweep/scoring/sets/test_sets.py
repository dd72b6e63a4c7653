"""Finds the HR images of a test set by its name."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from srgan_core.data.images import list_images
from srgan_core.errors import ConfigError, UnavailableDataError, unknown_name
from sweep.config.names import FOLDER_PREFIX, TEST_SETS
from sweep.metrics.known_text import TEXT_LINES
from sweep.scoring.sets.published_sets import PUBLISHED, find_published
from sweep.scoring.sets.set_checks import refuse_equal_names, refuse_small_images
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
    """

    # Keeps pytest from taking the class for a test.
    __test__: ClassVar[bool] = False

    name: str
    hr: tuple[Path, ...]
    scale: int
    folder: Path | None = None

    @property
    def images(self) -> tuple[str, ...]:
        """Names of the images in the tables."""
        return tuple(path.stem for path in self.hr)

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
        DataError: when images are missing, too small for the scale, not to be had, or share a name.
    """
    paths = _find(name)
    dataset = dataset_name(name)
    refuse_equal_names(dataset, paths)
    refuse_small_images(paths, scale)
    return TestSet(dataset, paths, scale)


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
    for dataset, count in Counter(dataset_name(name) for name in names).items():
        if count > 1:
            raise ConfigError(
                f"test sets: {count} of them are called {dataset!r}; rename a folder or drop one"
            )
    return tuple(held.get(name) or resolve_test_set(name, scale) for name in names)


def dataset_name(name: str) -> str:
    """The name that a test set has in the tables: its own, or the base name of a folder.

    Raises:
        ConfigError: when the name is unknown or a folder has no base name.
    """
    if name in TEST_SETS[:-1]:
        return name
    if not name.startswith(FOLDER_PREFIX):
        raise ConfigError(unknown_name("test set", name, TEST_SETS))
    path = name.removeprefix(FOLDER_PREFIX)
    base = Path(path).expanduser().resolve().name if path else ""
    if not base:
        raise ConfigError(f"test set {name!r}: expected folder:PATH with a path that has a name")
    return base


def _find(name: str) -> tuple[Path, ...]:
    dataset_name(name)
    if name in PUBLISHED:
        return find_published(name)[0]
    if name == "skimage3":
        return _skimage_files()
    if name == TEXT_LINES:
        return text_line_files()
    folder = Path(name.removeprefix(FOLDER_PREFIX)).expanduser()
    return tuple(list_images(folder))


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
