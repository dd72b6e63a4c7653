"""Scores of Set5 that are known beforehand, and their recomputation on this machine.

Bicubic enlargement by 4 after bicubic reduction, both antialiased as in MATLAB.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from srgan_core.errors import UnavailableDataError, WeightsError
from sweep.store.states import Method

if TYPE_CHECKING:
    from sweep.scoring.evaluate import Scorer

SCALE = 4
DATASET = "set5"
IMAGES = ("baby", "bird", "butterfly", "head", "woman")

LITERATURE = "literature: 28.42 dB and 0.8104, with luma rounded"
SPSR = "Ma et al. 2020 (SPSR), table 1"
PROTOCOL = "computed once by the protocol of this column, with float64 or the authors' package"

TOLERANCES: Mapping[str, float] = MappingProxyType(
    {"psnr_y": 0.01, "ssim_y": 0.001, "psnr_rgb": 0.01, "lpips_alex": 0.0005, "niqe": 0.01}
)
"""Column to the largest difference that still counts as the same score."""


@dataclass(frozen=True)
class KnownAnswer:
    """A score that is known beforehand, and its source.

    Attributes:
        image: Name of the image; empty for the value of the whole set.
    """

    column: str
    method: Method
    image: str
    expected: float
    source: str

    @property
    def tolerance(self) -> float:
        """Largest difference that still counts as the same."""
        return TOLERANCES[self.column]


def _per_image(column: str, values: Sequence[float]) -> tuple[KnownAnswer, ...]:
    return tuple(
        KnownAnswer(column, Method.BICUBIC, image, value, PROTOCOL)
        for image, value in zip(IMAGES, values, strict=True)
    )


KNOWN_ANSWERS = (
    KnownAnswer("psnr_y", Method.BICUBIC, "", 28.43, LITERATURE),
    *_per_image("psnr_y", (31.79, 30.19, 22.10, 31.62, 26.47)),
    KnownAnswer("ssim_y", Method.BICUBIC, "", 0.811, LITERATURE),
    KnownAnswer("psnr_rgb", Method.BICUBIC, "", 26.70, PROTOCOL),
    KnownAnswer("lpips_alex", Method.BICUBIC, "", 0.3407, SPSR),
    *_per_image("lpips_alex", (0.3046, 0.2355, 0.3740, 0.4231, 0.3664)),
    KnownAnswer("niqe", Method.BICUBIC, "", 8.478, "package pyiqa called directly"),
    KnownAnswer("niqe", Method.ORIGINAL, "", 5.459, "package pyiqa called directly"),
)
"""In the order of the tables."""


@dataclass(frozen=True)
class Verdict:
    """A known answer beside what this machine computes.

    Attributes:
        got: The score; nan where it could not be computed.
        problem: Why it could not be computed; empty otherwise.
    """

    answer: KnownAnswer
    got: float
    problem: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the score lies within the tolerance; nan never does."""
        return abs(self.got - self.answer.expected) <= self.answer.tolerance


def find_images() -> tuple[Path, ...]:
    """Finds the five HR images of Set5 on this machine.

    Raises:
        UnavailableDataError: when they are not here, or have other names; says where to put them.
    """
    from sweep.scoring.sets.published_sets import find_on_disk

    found = find_on_disk(DATASET)
    if found is None:
        raise UnavailableDataError(
            "Set5 is not on this machine, and the known answers are its scores: put its five HR "
            "images into $SWEEP_DATA/Set5, or run `sweep fetch set5`"
        )
    paths, _ = found
    names = tuple(path.stem for path in paths)
    if names != IMAGES:
        raise UnavailableDataError(
            f"{paths[0].parent}: expected the images {', '.join(IMAGES)}, got "
            f"{', '.join(names)}; put the HR images of Set5 there under these names"
        )
    return paths


def check_known_answers(
    paths: Sequence[Path], on_image: Callable[[str], None] | None = None
) -> Iterator[Verdict]:
    """Recomputes the known answers with the code that scores trials, on the CPU.

    Args:
        paths: The images of `find_images`.
        on_image: Called after each of the `2 * len(paths)` images with its name.

    Yields:
        One verdict for each of `KNOWN_ANSWERS`, in their order.
    """
    from sweep.scoring.aggregation import summarise
    from sweep.scoring.sets.references import prepare_reference
    from sweep.scoring.sets.test_sets import TestSet

    scorer, problems = _scorer()
    rows: dict[Method, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="sweep-known-") as folder:
        test_set = TestSet(DATASET, tuple(paths), SCALE)
        reference = prepare_reference(test_set, SCALE, Path(folder))
        rows[Method.BICUBIC] = scorer.score_set(reference.bicubic, reference.hr, on_image)
        rows[Method.ORIGINAL] = scorer.score_set(reference.hr, on_image=on_image)
    for answer in KNOWN_ANSWERS:
        if answer.column in problems:
            yield Verdict(answer, float("nan"), problems[answer.column])
        else:
            of_set = rows[answer.method]
            scores = of_set[IMAGES.index(answer.image)] if answer.image else summarise(of_set)
            yield Verdict(answer, scores[answer.column])


def _scorer() -> tuple[Scorer, dict[str, str]]:
    """A scorer of the columns that can run here, and why the others cannot."""
    from sweep.scoring.availability import require_metrics
    from sweep.scoring.evaluate import Scorer

    problems = {}
    for column in TOLERANCES:
        try:
            require_metrics([column])
        except WeightsError as error:
            problems[column] = str(error)
    return Scorer([column for column in TOLERANCES if column not in problems], SCALE), problems
