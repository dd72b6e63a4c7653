"""Made-up tables of trials that set out from both ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sweep.metrics.registry import columns_for
from sweep.scoring.provenance import metrics_document
from sweep.store.folder import SweepStore
from sweep.tables.curves import PATH, path_frame
from sweep.tables.files import PER_IMAGE, RESULTS, write_csv
from sweep.tables.frames import per_image_frame, results_frame
from sweep.tables.rows import ImageScore, ResultRow

IMAGES = 12


def made_trial(
    start: str, psnr: float, adv: float = 1e-3, seed: int = 0, **more: object
) -> ResultRow:
    """A trial whose PSNR is spread over its images in the same way in every trial."""
    images = int(more.pop("images", IMAGES))  # type: ignore[call-overload]
    values = [psnr + 0.3 * (index - (images - 1) / 2) for index in range(images)]
    jitter = [0.01 * (-1) ** index for index in range(images)]
    scored = [v + (j if start == "srgan" else 0) for v, j in zip(values, jitter, strict=True)]
    return ResultRow(
        trial=f"mse-adv{adv}-{start}-s{seed}",
        method="srgan",
        content="mse",
        adv=adv,
        seed=seed,
        start=start,
        dataset="pets",
        images=images,
        scale=4,
        scores={"psnr_y": sum(scored) / images} if scored else {},
        per_image=tuple(ImageScore(f"{i}", {"psnr_y": v}) for i, v in enumerate(scored)),
        **more,  # type: ignore[arg-type]
    )


def written(
    folder: Path,
    rows: Sequence[ResultRow],
    paths: dict[str, Sequence[float]] | None = None,
    metrics: Sequence[str] = ("psnr",),
) -> Path:
    """A results folder; `paths` maps a trial to its PSNR after 10, 20, ... steps."""
    folder.mkdir(exist_ok=True)
    write_csv(results_frame(rows), folder / RESULTS)
    write_csv(per_image_frame(rows), folder / PER_IMAGE)
    document = metrics_document(columns_for(metrics), device="cpu", datasets={})
    SweepStore(folder).write_metrics(document)
    records = [
        {"trial": name, "step": 10 * (index + 1), "dataset": "pets", "psnr_y": value}
        for name, values in (paths or {}).items()
        for index, value in enumerate(values)
    ]
    if records:
        write_csv(path_frame(records), folder / PATH)
    return folder


@pytest.fixture
def trial() -> Callable[..., ResultRow]:
    return made_trial


@pytest.fixture
def write() -> Callable[..., Path]:
    return written
