import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from sweep.tables.rows import ImageScore, ResultRow


def _photographed(rows: Iterable[ResultRow], images: int = 12, noise: float = 0.002) -> list:
    """Spreads the scores of each row over images that differ alike for every method."""
    listed = []
    for row in rows:
        own = random.Random(row.trial)
        scores = tuple(
            ImageScore(
                f"im{place:02}",
                {
                    column: value * (1 + 0.1 * random.Random(place).uniform(-1, 1))
                    + noise * value * own.gauss(0, 1)
                    for column, value in row.scores.items()
                },
            )
            for place in range(images if row.scores else 0)
        )
        means = {
            column: sum(image.scores[column] for image in scores) / images for column in row.scores
        }
        listed.append(replace(row, scores=means, per_image=scores, images=images))
    return listed


@pytest.fixture
def photographed() -> Callable[..., list]:
    """Gives rows the scores of single images."""
    return _photographed


@pytest.fixture
def seeded(store: Callable[[Iterable[ResultRow]], Path], usual) -> Path:
    """A results folder with three seeds and twelve images."""
    return store(_photographed(replace(usual, seeds=(0, 1, 2)).rows()))


@pytest.fixture
def copied(seeded: Path, tmp_path: Path) -> Callable[..., Path]:
    """Writes a second results folder from rows."""
    from sweep.tables.files import PER_IMAGE, RESULTS, write_csv
    from sweep.tables.frames import per_image_frame, results_frame

    def write(rows: Iterable[ResultRow], name: str = "other") -> Path:
        listed = list(rows)
        folder = tmp_path / name
        folder.mkdir()
        write_csv(results_frame(listed), folder / RESULTS)
        write_csv(per_image_frame(listed), folder / PER_IMAGE)
        (folder / "metrics.json").write_bytes((seeded / "metrics.json").read_bytes())
        return folder

    return write


@pytest.fixture
def interpolate() -> Callable[..., str]:
    """Writes the scores of an interpolation to a trial of `mse` at 0.01; gives its name."""
    from sweep.analysis.comparison.methods import read_tables
    from sweep.store.folder import SweepStore
    from sweep.store.records.scores import CurveRecord

    def write(
        folder: Path,
        seed: int,
        first: str = "",
        space: str = "weights",
        points: Iterable[tuple[float, float, float]] = (
            (30.0, 0.2, 8.2),
            (29.0, 0.21, 9.0),
            (26, 0.3, 11),
        ),
    ) -> str:
        listed = list(points)
        start, end = first or f"srresnet-s{seed}", f"mse-adv0.01-s{seed}-1a2b3c4d"
        images = read_tables(folder).images["image"].unique()
        scores = {
            f"{place / (len(listed) - 1):g}": {
                image: {
                    name: value * (1 + 0.1 * random.Random(int(image[2:])).uniform(-1, 1))
                    for name, value in zip(("psnr_y", "lpips_alex", "niqe"), point, strict=True)
                }
                for image in images
            }
            for place, point in enumerate(listed)
        }
        record = CurveRecord.model_validate(
            {
                "schema": 1,
                "from": start,
                "to": end,
                "space": space,
                "ends": {"set5": ("aa", "bb")},
                "scores": {"set5": scores},
            }
        )
        name = f"{start}--{end}-{space}"
        SweepStore(folder).write_curve(name, record)
        return name

    return write
