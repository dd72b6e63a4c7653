"""Scores image files: loads the networks once, then reads every image from its file."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.data.images import read_rgb
from srgan_core.data.resize import crop_to_multiple
from srgan_core.errors import DataError, ShapeError
from sweep.errors import is_out_of_memory
from sweep.metrics.inputs import Rgb
from sweep.metrics.plugins import Measure, find_plugin
from sweep.metrics.specs import find_spec, image_columns, in_table_order, set_columns
from sweep.scoring.aggregation import summarise

if TYPE_CHECKING:
    from sweep.scoring.patch_sets import SetScorer

__all__ = [
    "FullReference",
    "NoReference",
    "Scorer",
    "load_full_reference",
    "load_no_reference",
    "summarise",
]

FullReference = Callable[[Rgb, Rgb], float]
NoReference = Callable[[Rgb], float]


class Scorer:
    """Computes the asked columns for image files.

    Args:
        columns: Columns out of `METRICS`, or other names of pyiqa, in any order.
        scale: Magnification.
        device: Where the networks run.
        crop_border: Pixels cut from each side where a metric cuts a border; by convention, and
            when None, the scale.

    Attributes:
        columns: The columns, in the order of the tables.
        scale: Magnification.
        crop_border: Pixels cut from each side.
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
        self._full: dict[str, FullReference] = {}
        self._single: dict[str, NoReference] = {}
        self._plugins: dict[str, Measure] = {}
        for column in image_columns(self.columns):
            plugin = find_plugin(column)
            if plugin is not None:
                self._plugins[column] = plugin.load(device)
            elif find_spec(column).reference == "full":
                self._full[column] = load_full_reference(column, self.crop_border, device)
            else:
                self._single[column] = load_no_reference(column, self.crop_border, device)
        self._sets = _load_set_scorer(set_columns(self.columns), self.crop_border, device)

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
        scores = {name: self._attempt(name, sr_path, sr) for name in self._of_kind("none")}
        if hr_path is not None:
            hr = self._reference(hr_path, sr, sr_path)
            scores |= {n: self._attempt(n, sr_path, sr, hr) for n in self._of_kind("full")}
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
            scores = self.score(sr_path, hr_path)
            rows.append(scores)
            if on_image is not None:
                on_image(sr_path.stem, scores)
        return rows

    def score_distribution(
        self, sr_paths: Sequence[Path], hr_paths: Sequence[Path]
    ) -> dict[str, float]:
        """Scores the restored images of a test set as a whole.

        Args:
            sr_paths: Restored images.
            hr_paths: References in the same order.

        Returns:
            Column to value, of those columns that compare sets; nan where a test set has no such
            score, with a sentence about it in `warnings`. Empty when no such column is asked for.

        Raises:
            DataError: when a file is no usable image, or the numbers of images differ.
            ShapeError: when two sizes differ.
        """
        if self._sets is None:
            return {}
        pairs = []
        for sr_path, hr_path in zip(sr_paths, hr_paths, strict=True):
            sr = read_rgb(sr_path)
            pairs.append((sr, self._reference(hr_path, sr, sr_path)))
        scores, sentences = self._sets.score(pairs)
        self.warnings += [text for text in sentences if text not in self.warnings]
        return scores

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

    def _of_kind(self, reference: str) -> list[str]:
        """Columns of single images that need the reference (`full`) or do not (`none`)."""
        return [c for c in image_columns(self.columns) if find_spec(c).reference == reference]

    def _attempt(self, column: str, path: Path, sr: Rgb, hr: Rgb | None = None) -> float:
        """One score, or nan and a sentence: a metric that fails costs the others nothing."""
        try:
            if column in self._plugins:
                return self._ask_plugin(column, sr, hr, path.stem)
            return self._single[column](sr) if hr is None else self._full[column](sr, hr)
        except (ShapeError, DataError) as error:
            sentence = f"{path.name}: no {find_spec(column).label}: {error}"
            if sentence not in self.warnings:
                self.warnings.append(sentence)
            return math.nan

    def _ask_plugin(self, column: str, sr: Rgb, hr: Rgb | None, image: str) -> float:
        """One score of another package's metric, whose errors are not known beforehand."""
        try:
            return float(self._plugins[column](sr, hr, image))
        except Exception as error:
            if is_out_of_memory(error) or isinstance(error, ShapeError | DataError):
                raise
            raise DataError(f"{type(error).__name__}: {error}") from error


def load_full_reference(column: str, crop_border: int, device: str) -> FullReference:
    """Prepares a metric that compares with the reference.

    Args:
        column: A column whose spec says `full`.
        crop_border: Pixels cut from each side where the metric cuts a border.
        device: Where a network runs.

    Returns:
        Function of the restored image and the reference.

    Raises:
        WeightsError: when its weights can be had from nowhere.
    """
    if column in ("lpips_alex", "lpips_vgg"):
        from sweep.metrics.lpips import Lpips

        return Lpips(device, "alex" if column == "lpips_alex" else "vgg")
    if find_spec(column).pyiqa:
        from sweep.metrics.pyiqa_adapter import PyiqaMetric

        theirs = PyiqaMetric(column, device)
        return lambda sr, hr: theirs(sr, hr, crop_border)
    from sweep.metrics.psnr import psnr_rgb, psnr_y
    from sweep.metrics.rmse import rmse
    from sweep.metrics.ssim import ssim_y

    metric = {"psnr_y": psnr_y, "psnr_rgb": psnr_rgb, "ssim_y": ssim_y, "rmse": rmse}[column]
    return lambda sr, hr: metric(sr, hr, crop_border)


def load_no_reference(column: str, crop_border: int, device: str) -> NoReference:
    """Prepares a metric that sees one image alone.

    Args:
        column: A column whose spec says `none`.
        crop_border: Pixels cut from each side where the metric cuts a border.
        device: Where features are computed.

    Returns:
        Function of the image.

    Raises:
        WeightsError: when its weights can be had from nowhere.
    """
    if column == "niqe":
        from sweep.metrics.niqe import Niqe

        niqe = Niqe(device)
        return lambda image: niqe(image, crop_border)
    if column == "pi":
        from sweep.metrics.perceptual_index import PerceptualIndex

        index = PerceptualIndex(device)
        return lambda image: index(image, crop_border)
    from sweep.metrics.pyiqa_adapter import PyiqaMetric

    theirs = PyiqaMetric(column, device)
    return lambda image: theirs(image, None, crop_border)


def _load_set_scorer(columns: Sequence[str], crop_border: int, device: str) -> SetScorer | None:
    if not columns:
        return None
    from sweep.scoring.patch_sets import SetScorer

    return SetScorer(columns, crop_border, device)
