"""Scores image files: loads the networks once, then reads every image from its file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from srgan_core.data.images import read_rgb
from srgan_core.data.resize import crop_to_multiple
from srgan_core.errors import ConfigError, DataError, ShapeError, unknown_name
from sweep.scoring.metrics.inputs import Rgb
from sweep.scoring.metrics.specs import METRICS

FullReference = Callable[[Rgb, Rgb], float]
NoReference = Callable[[Rgb], float]


class Scorer:
    """Computes the asked columns for image files.

    Args:
        columns: Columns out of `METRICS`, in any order.
        scale: Magnification; it is also the border that is cut.
        device: Where the networks run.

    Attributes:
        columns: The columns, in the order of the tables.
        scale: Magnification.
        warnings: Sentences about scores that could not be computed.

    Raises:
        ConfigError: when a column is unknown.
        WeightsError: when LPIPS is asked for and AlexNet's weights can be had from nowhere.
    """

    def __init__(self, columns: Sequence[str], scale: int, device: str = "cpu") -> None:
        for column in columns:
            if column not in METRICS:
                raise ConfigError(unknown_name("metric column", column, METRICS))
        self.columns = tuple(column for column in METRICS if column in columns)
        self.scale = scale
        self.warnings: list[str] = []
        self._full = {
            column: load_full_reference(column, scale, device)
            for column in self.columns
            if METRICS[column].reference == "full"
        }
        self._single = {
            column: load_no_reference(column, scale, device)
            for column in self.columns
            if METRICS[column].reference == "none"
        }

    def score(self, sr_path: Path, hr_path: Path | None = None) -> dict[str, float]:
        """Scores one image file.

        Args:
            sr_path: The restored image.
            hr_path: Its reference; without one, full-reference columns are left out.

        Returns:
            Column to value, in the order of `columns`; nan where an image has no such score,
            with a sentence about it in `warnings`.

        Raises:
            DataError: when a file is no usable image.
            ShapeError: when the two sizes differ or the image is too small.
        """
        sr = read_rgb(sr_path)
        scores = {name: self._without_reference(name, sr, sr_path) for name in self._single}
        if hr_path is not None:
            hr = self._reference(hr_path, sr, sr_path)
            scores |= {column: metric(sr, hr) for column, metric in self._full.items()}
        return {column: scores[column] for column in self.columns if column in scores}

    def score_set(
        self,
        sr_paths: Sequence[Path],
        hr_paths: Sequence[Path] | None = None,
        on_image: Callable[[str, dict[str, float]], None] | None = None,
    ) -> list[dict[str, float]]:
        """Scores the images of a test set.

        Args:
            sr_paths: Restored images.
            hr_paths: References in the same order; None scores without any.
            on_image: Called after each image with its name and its scores.

        Returns:
            One mapping of column to value for each image, in order.

        Raises:
            DataError: when a file is no usable image, or the numbers of images differ.
            ShapeError: when two sizes differ or an image is too small.
        """
        references: Sequence[Path | None] = hr_paths or [None] * len(sr_paths)
        if len(references) != len(sr_paths):
            raise DataError(
                f"expected as many references as images, got {len(references)} for "
                f"{len(sr_paths)}; pair them by name"
            )
        rows = []
        for sr_path, hr_path in zip(sr_paths, references, strict=True):
            scores = self.score(sr_path, hr_path)
            rows.append(scores)
            if on_image is not None:
                on_image(sr_path.stem, scores)
        return rows

    def _reference(self, hr_path: Path, sr: Rgb, sr_path: Path) -> Rgb:
        """Reads the reference; one that is not cropped to the scale yet is cropped here."""
        hr = read_rgb(hr_path)
        if hr.shape != sr.shape:
            hr = crop_to_multiple(hr, self.scale)
        if hr.shape != sr.shape:
            raise ShapeError(
                f"{sr_path}: expected {hr.shape[1]} x {hr.shape[0]} px as in {hr_path}, got "
                f"{sr.shape[1]} x {sr.shape[0]}; compare images of one size and scale"
            )
        return hr

    def _without_reference(self, column: str, sr: Rgb, path: Path) -> float:
        try:
            return self._single[column](sr)
        except (ShapeError, DataError) as error:
            sentence = f"{path.name}: no {METRICS[column].label}: {error}"
            if sentence not in self.warnings:
                self.warnings.append(sentence)
            return math.nan


def load_full_reference(column: str, scale: int, device: str) -> FullReference:
    """Prepares a metric that compares with the reference.

    Args:
        column: A column whose spec says `full`.
        scale: Pixels cut from each side where the metric cuts a border.
        device: Where a network runs.

    Returns:
        Function of the restored image and the reference.
    """
    if column == "lpips_alex":
        from sweep.scoring.metrics.lpips import Lpips

        return Lpips(device)
    from sweep.scoring.metrics.psnr import psnr_rgb, psnr_y
    from sweep.scoring.metrics.ssim import ssim_y

    metric = {"psnr_y": psnr_y, "psnr_rgb": psnr_rgb, "ssim_y": ssim_y}[column]
    return lambda sr, hr: metric(sr, hr, scale)


def load_no_reference(column: str, scale: int, device: str) -> NoReference:
    """Prepares a metric that sees one image alone.

    Args:
        column: A column whose spec says `none`.
        scale: Pixels cut from each side.
        device: Where features are computed.

    Returns:
        Function of the image.
    """
    from sweep.scoring.metrics.niqe import Niqe

    metric = {"niqe": Niqe}[column](device)
    return lambda image: metric(image, scale)


def summarise(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Averages the scores of a test set.

    Args:
        rows: Scores of its images, all with the same columns.

    Returns:
        Column to arithmetic mean; inf as soon as one image has inf, nan as soon as one has nan.
    """
    columns = rows[0] if rows else {}
    return {column: math.fsum(row[column] for row in rows) / len(rows) for column in columns}
