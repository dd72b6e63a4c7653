"""Finds the restorations of an image among those of a results folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.errors import ConfigError, unknown_name
from sweep.api.shown import Gallery
from sweep.errors import StoreError
from sweep.store.folder import SweepStore
from sweep.store.states import Method

if TYPE_CHECKING:
    import pandas as pd

_REFERENCES = {Method.ORIGINAL.value: "hr", "lr": "lr", Method.BICUBIC.value: "bicubic"}


def gallery(store: SweepStore, dataset: str, image: str, trials: Sequence[str] | None) -> Gallery:
    """Collects restorations of an image that a test set has, in the order asked for.

    Args:
        store: The results folder.
        dataset: Name of the test set.
        image: File name without its extension.
        trials: Names, or beginnings that fit one alone; None for all that have the image.

    Raises:
        ConfigError: when a trial has another name.
        StoreError: when a trial has no such image.
    """
    files, title = _files(store, dataset, image), f"{dataset}: {image}"
    if trials is None:
        return Gallery(title, {name: file for name, file in files.items() if file.is_file()})
    asked = {name: files[name] for name in (_match(trial, files) for trial in trials)}
    missing = [str(path) for path in asked.values() if not path.is_file()]
    if missing:
        raise StoreError(f"{', '.join(missing)}: no such image; run the sweep again")
    return Gallery(title, asked)


def dataset_of(
    image: str, asked: str | None, per_image: pd.DataFrame, datasets: Sequence[str], where: Path
) -> str:
    """Names the test set that has an image: the one asked for, or the first.

    Args:
        image: File name without its extension.
        asked: Name of a test set, if one was given.
        per_image: Table of `read_per_image`, with a row for each image.
        datasets: Names of all test sets.
        where: The results folder.

    Raises:
        ConfigError: when an image or a test set has another name.
        StoreError: as `known_set`.
    """
    if asked is not None:
        per_image = per_image[per_image["dataset"] == known_set(asked, datasets, where)]
    known = list(dict.fromkeys(per_image["image"]))
    if image not in known:
        raise ConfigError(unknown_name("image", image, known))
    return str(per_image[per_image["image"] == image]["dataset"].iloc[0])


def known_set(name: str | None, known: Sequence[str], where: Path) -> str:
    """Checks the name of a test set; None stands for the first one.

    Raises:
        ConfigError: when there is no such test set.
        StoreError: when there is none at all, in the results folder `where`.
    """
    if not known:
        raise StoreError(f"{where}: no trial has been scored yet; run the sweep first")
    if name is not None and name not in known:
        raise ConfigError(unknown_name("test set", name, known))
    return name or known[0]


def _files(store: SweepStore, dataset: str, image: str) -> dict[str, Path]:
    """Where each method's restoration lies, whether it is there or not."""
    reference, file = store.reference(dataset), f"{image}.png"
    files = {name: reference / folder / file for name, folder in _REFERENCES.items()}
    for trial in store.generators():
        if trial.has_images:
            files[trial.path.name] = trial.images(dataset) / file
    return files


def _match(name: str, known: Mapping[str, Path]) -> str:
    fitting = [name] if name in known else [full for full in known if full.startswith(name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise ConfigError(f"trial {name!r} fits {', '.join(fitting)}; give more of the name")
    raise ConfigError(unknown_name("trial", name, known))
