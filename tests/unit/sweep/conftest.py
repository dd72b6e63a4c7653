import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from srgan_core.data.images import read_rgb, write_png
from srgan_core.errors import WeightsError
from sweep.metrics.registry import METRICS
from sweep.scoring.sets.test_sets import resolve_test_set
from sweep.tables.rows import ImageScore, ResultRow

HR_NIQE = 5.459
# Coefficient to (PSNR, LPIPS, NIQE), as short adversarial runs give them.
USUAL = {
    0.0: (29.8, 0.210, 8.0),
    1e-4: (29.5, 0.200, 8.5),
    1e-3: (28.4, 0.190, 9.5),
    1e-2: (26.0, 0.290, 11.0),
}
CROWDED = {
    0.0: (29.80, 0.2100, 8.00),
    1e-4: (29.78, 0.2094, 8.02),
    1e-3: (28.4, 0.190, 9.5),
    1e-2: (26.9, 0.210, 10.0),
}


@dataclass(frozen=True)
class Sweep:
    """A made-up sweep: `rows()` gives its result rows."""

    contents: tuple[str, ...] = ("mse", "vgg22", "vgg54")
    values: dict[float, tuple[float, float, float]] = field(default_factory=lambda: USUAL)
    spread: float = 1.0
    dataset: str = "set5"
    seeds: tuple[int, ...] = (0,)
    diverged: tuple[tuple[str, float], ...] = ()

    def rows(self) -> list[ResultRow]:
        references = [
            self._row("original", "original", {"niqe": HR_NIQE}),
            self._row("bicubic", "bicubic", _scores(28.4301, 0.3407, 8.478)),
        ]
        starts = [
            self._row(f"srresnet-s{seed}", "srresnet", _scores(30.01, 0.2312, 8.21), seed=seed)
            for seed in self.seeds
        ]
        return references + starts + list(self._trials())

    def _trials(self) -> Iterable[ResultRow]:
        for place, content in enumerate(self.contents):
            shift = self.spread * (place - 1)
            bend = self.spread * (1, -1, 0.5, -0.7, 0.2)[place % 5]
            for adv, (psnr, lpips, niqe) in self.values.items():
                for seed in self.seeds:
                    scores = _scores(
                        psnr + 0.2 * shift + 0.03 * seed,
                        lpips + 0.012 * bend,
                        niqe - 0.4 * bend + 0.1 * shift,
                    )
                    bad = (content, adv) in self.diverged
                    yield self._row(
                        f"{content}-adv{adv:g}-s{seed}-1a2b3c4d",
                        "srgan",
                        {} if bad else scores,
                        content=content,
                        adv=adv,
                        seed=seed,
                        start="srresnet",
                        status="diverged" if bad else "done",
                        steps=800,
                        train_seconds=301.44,
                        pixel_weight=1.0,
                        grad_pixel=0.00123456789,
                        generator_sha256="ab" * 32,
                    )

    def _row(self, trial: str, method: str, scores: dict[str, float], **more: object) -> ResultRow:
        return ResultRow(
            trial=trial,
            method=method,
            dataset=self.dataset,
            images=1,
            scale=4,
            scores=scores,
            niqe_minus_hr=scores["niqe"] - HR_NIQE if "niqe" in scores else None,
            per_image=(ImageScore("baby", scores),) if scores else (),
            **more,  # type: ignore[arg-type]
        )


RATES = (5e-5, 1e-4)


def at_two_rates(rows: Iterable[ResultRow]) -> list[ResultRow]:
    """The rows of a sweep with learning rates as a further axis: the higher one costs 1 dB."""
    listed = []
    for row in rows:
        if row.method != "srgan":
            listed.append(row)
            continue
        for place, rate in enumerate(RATES):
            scores = {name: value - place for name, value in row.scores.items() if value}
            listed.append(
                replace(
                    row,
                    trial=row.trial.replace("-s", f"-learning_rate={rate:.5f}".rstrip("0") + "-s"),
                    axes={"adversarial.learning_rate": rate},
                    scores=scores,
                    per_image=(ImageScore("baby", scores),) if scores else (),
                )
            )
    return listed


def _scores(psnr: float, lpips: float, niqe: float) -> dict[str, float]:
    return {
        "psnr_y": psnr,
        "ssim_y": psnr / 35,
        "psnr_rgb": psnr - 1.8,
        "lpips_alex": lpips,
        "niqe": niqe,
    }


@pytest.fixture
def usual() -> Sweep:
    """Three content losses, four coefficients, nothing failed."""
    return Sweep()


@pytest.fixture
def rated() -> list[ResultRow]:
    """Two content losses at two learning rates, three seeds."""
    return at_two_rates(Sweep(contents=("mse", "vgg22"), seeds=(0, 1, 2)).rows())


@pytest.fixture
def crowded() -> Sweep:
    """Five content losses whose first two points nearly coincide, in all 10 points."""
    return Sweep(
        contents=("mse", "vgg22", "vgg54", "vgg16-22", "vgg16-53"), values=CROWDED, spread=0.05
    )


@pytest.fixture
def describe() -> Callable[..., None]:
    """Writes metrics.json into a folder."""

    def write(folder: Path, columns: Iterable[str] = tuple(METRICS)) -> None:
        metrics = [METRICS[column].describe() for column in columns]
        (folder / "metrics.json").write_text(json.dumps({"schema": 1, "metrics": metrics}))

    return write


@pytest.fixture
def store(tmp_path: Path, describe: Callable[..., None]) -> Callable[[Iterable[ResultRow]], Path]:
    """Writes the tables of a results folder and gives the folder."""
    from sweep.tables.files import PER_IMAGE, RESULTS, write_csv
    from sweep.tables.frames import per_image_frame, results_frame

    def write(rows: Iterable[ResultRow]) -> Path:
        listed = list(rows)
        folder = tmp_path / "quick"
        folder.mkdir(exist_ok=True)
        write_csv(results_frame(listed), folder / RESULTS)
        write_csv(per_image_frame(listed), folder / PER_IMAGE)
        describe(folder)
        return folder

    return write


@pytest.fixture(scope="session")
def photograph() -> np.ndarray:
    """(208, 304, 3), uint8: a photograph with 6 NIQE blocks once 4 px are cut."""
    chelsea = resolve_test_set("skimage3", 4).hr[0]
    return np.ascontiguousarray(read_rgb(chelsea)[60:268, 80:384])


@pytest.fixture
def save(tmp_path: Path) -> Callable[[str, np.ndarray], Path]:
    def save_png(name: str, rgb: np.ndarray) -> Path:
        path = tmp_path / name
        write_png(path, rgb)
        return path

    return save_png


@pytest.fixture(scope="session")
def alexnet() -> None:
    """Skips where AlexNet's weights are neither on the machine nor to be had."""
    _require_weights("alexnet")


@pytest.fixture(scope="session")
def vgg16() -> None:
    """Skips where VGG-16's weights are neither on the machine nor to be had."""
    _require_weights("vgg16")


def _require_weights(architecture: str) -> None:
    from srgan_core.weights import resolve_weights

    try:
        resolve_weights(architecture)
    except WeightsError as error:
        if os.environ.get("REQUIRE_SHARED_DATA"):
            pytest.fail(f"no weights of {architecture}: {error}")
        pytest.skip(f"no weights of {architecture}: {error}")
