"""Scores image files: loads the networks once, then reads every image from its file."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from srgan_core.data.images import read_rgb
from srgan_core.data.resize import crop_to_multiple
from srgan_core.errors import DataError, ShapeError
from sweep.metrics.declaration import Measure, Metric, SetMeasure
from sweep.metrics.inputs import Rgb
from sweep.metrics.registry import find_metric, image_columns, in_table_order, set_columns


class Scorer:
    """Computes the asked columns for image files.

    Args:
        columns: Columns of `METRICS`, or other names of pyiqa, in any order.
        scale: Magnification.
        device: Where the networks run.
        crop_border: Pixels cut from each side where a metric cuts a border; None for the scale,
            which is the convention.

    Attributes:
        columns: The columns, in the order of the tables.
        warnings: Sentences about scores that could not be computed.

    Raises:
        ConfigError: when a column is unknown.
        WeightsError: when the weights of a column can be had from nowhere.
    """

    def __init__(
        self,
        columns: Sequence[str],
        scale: int,
        device: str = "cpu",
        *,
        crop_border: int | None = None,
    ) -> None:
        self.columns = in_table_order(columns)
        self.scale = scale
        self.crop_border = scale if crop_border is None else crop_border
        self.warnings: list[str] = []
        self._metrics = {column: find_metric(column) for column in self.columns}
        self._measures = {
            column: cast("Measure", self._metrics[column].load(device, self.crop_border))
            for column in image_columns(self.columns)
        }
        self._set_measures = {
            column: cast("SetMeasure", self._metrics[column].load(device, self.crop_border))
            for column in set_columns(self.columns)
        }

    def score(self, sr_path: Path, hr_path: Path | None = None) -> dict[str, float]:
        """Scores one image file.

        Args:
            sr_path: The restored image.
            hr_path: Its reference; without one, full-reference columns are left out.

        Returns:
            Column to value, in the order of `columns`, without those of whole sets; nan where an
            image has no such score, with a sentence about it in `warnings`.

        Raises:
            DataError: when a file is no usable image.
            ShapeError: when the two sizes differ.
        """
        sr = read_rgb(sr_path)
        hr = None if hr_path is None else self._reference(hr_path, sr, sr_path)
        return {
            column: self._attempt(self._metrics[column], sr_path, sr, hr)
            for column in self._measures
            if hr is not None or self._metrics[column].reference == "none"
        }

    def score_set(
        self,
        sr_paths: Sequence[Path],
        hr_paths: Sequence[Path] | None = None,
        on_image: Callable[[str], None] | None = None,
    ) -> list[dict[str, float]]:
        """Scores the images of a test set, with references in the same order or without any.

        Args:
            sr_paths: Restored images.
            hr_paths: Their references.
            on_image: Called after each image with its name.

        Returns:
            Column to value for each image, in order.

        Raises:
            DataError: when a file is no usable image, or the numbers of images differ.
            ShapeError: when two sizes differ.
        """
        references: Sequence[Path | None] = hr_paths or [None] * len(sr_paths)
        if len(references) != len(sr_paths):
            raise DataError(
                f"expected as many references as images, got {len(references)} for "
                f"{len(sr_paths)}; pair them by name"
            )
        rows = []
        for sr_path, hr_path in zip(sr_paths, references, strict=True):
            rows.append(self.score(sr_path, hr_path))
            if on_image is not None:
                on_image(sr_path.stem)
        return rows

    def score_distribution(
        self, sr_paths: Sequence[Path], hr_paths: Sequence[Path]
    ) -> dict[str, float]:
        """Scores the restored images of a test set as a whole; references are in the same order.

        Returns:
            Column to value, of those columns that compare sets; nan where a test set has no such
            score, with a sentence about it in `warnings`. Empty when no such column is asked for.

        Raises:
            DataError: when a file is no usable image, or the numbers of images differ.
            ShapeError: when two sizes differ.
        """
        if not self._set_measures:
            return {}
        pairs = []
        for sr_path, hr_path in zip(sr_paths, hr_paths, strict=True):
            sr = read_rgb(sr_path)
            pairs.append((sr, self._reference(hr_path, sr, sr_path)))
        scores = {}
        for column, measure in self._set_measures.items():
            scores[column], sentences = measure(pairs)
            for sentence in sentences:
                self._warn(sentence)
        return scores

    def _reference(self, hr_path: Path, sr: Rgb, sr_path: Path) -> Rgb:
        """Reads the reference; one that is not cropped to the scale yet is cropped here."""
        whole = read_rgb(hr_path)
        if whole.shape == sr.shape:
            return whole
        hr = crop_to_multiple(whole, self.scale)
        if hr.shape != sr.shape:
            cropped = f", or {_size(hr)} as cropped to a multiple of {self.scale}"
            raise ShapeError(
                f"{sr_path}: expected {_size(whole)} px as in {hr_path}"
                f"{'' if hr.shape == whole.shape else cropped}, got {_size(sr)}; "
                "compare images of one size and scale"
            )
        return hr

    def _attempt(self, metric: Metric, path: Path, sr: Rgb, hr: Rgb | None) -> float:
        """One score, or nan and a sentence: a metric that fails costs the others nothing."""
        reference = None if metric.reference == "none" else hr
        try:
            return self._measures[metric.column](sr, reference, path.stem)
        except (ShapeError, DataError) as error:
            self._warn(f"{path.name}: no {metric.label}: {error}")
            return math.nan

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)


def _size(image: Rgb) -> str:
    return f"{image.shape[1]} x {image.shape[0]}"
