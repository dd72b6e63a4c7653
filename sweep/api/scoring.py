"""Scores of anyone's images and generators, as `sweep score` gives them."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.api.arguments import Place, Values, eval_sets, number, place, words

if TYPE_CHECKING:
    import pandas as pd

    from sweep.publishing import Published
    from sweep.scoring.external.request import Progress
    from sweep.scoring.external.scored_method import ScoredMethod

INCOMPLETE = (
    "expected a score for every image of the test set, got some without; nothing was added, mend "
    "the images above"
)
"""Why scores were not added to a results folder."""

OnImage = Callable[[str, int, int], None]
"""Called after each image with its name, how many are behind, and how many there are."""


@dataclass(frozen=True)
class Scores:
    """Scores of one method, on one test set or several.

    Attributes:
        methods: What was scored, one entry per test set: provenance, hashes, outcome of each image.
        notes: Sentences about what was left out or what the numbers cannot say.
        added: Tables and charts of the results folder that the scores were added to.
    """

    methods: tuple[ScoredMethod, ...]
    notes: tuple[str, ...] = ()
    added: tuple[Path, ...] = ()

    @property
    def per_image(self) -> pd.DataFrame:
        """One row per test set and image, in the columns of `per_image.csv`."""
        from sweep.tables.frames import per_image_frame
        from sweep.tables.from_records import external_row

        return per_image_frame([external_row(scored) for scored in self.methods])

    @property
    def means(self) -> pd.DataFrame:
        """One row per test set: method, dataset, images, scale, and the mean of each column."""
        import pandas as pd

        return pd.DataFrame(
            {
                "method": scored.method,
                "dataset": scored.dataset,
                "images": len(scored.scored),
                "scale": scored.protocol.scale,
                **scored.means,
            }
            for scored in self.methods
        )

    @property
    def problems(self) -> dict[str, str]:
        """Image to the reason why it has no scores."""
        return {
            f"{scored.dataset}: {image}": reason
            for scored in self.methods
            for image, reason in scored.problems.items()
        }

    @property
    def is_whole(self) -> bool:
        """Whether every image has scores."""
        return all(scored.is_whole for scored in self.methods)

    def __repr__(self) -> str:
        names = ", ".join(f"{each.method} on {each.dataset}" for each in self.methods)
        return f"<Scores {names}>"

    def _repr_html_(self) -> str:
        return str(self.means.to_html(index=False, escape=True))


def score(
    sr: Place = None,
    hr: Place = None,
    *,
    generator: Place = None,
    eval: Values = None,
    name: str | None = None,
    metrics: Values = None,
    scale: int | None = None,
    crop_border: int | None = None,
    results: Place = None,
    dataset: str | None = None,
    images: Place = None,
    input_range: str = "0..1",
    output_range: str = "0..1",
    device: str = "auto",
    jobs: int | None = None,
    on_image: OnImage | None = None,
) -> Scores:
    """Scores restored images, or a generator, with the code that scores trials.

    Images are paired with their HR images by file name. The arguments are the options of
    `sweep score`, with the same defaults. Where images cannot be scored the others are, and a
    warning says so.

    Args:
        sr: Folder of restored images; this or `generator`.
        hr: Folder of their HR images.
        generator: File of a generator.
        eval: Test sets for the generator; Set5, or those of `results`, if None.
        name: Name in the tables; the folder's or file's if None.
        metrics: Metrics, such as `["psnr", "lpips"]`; the usual four, or those of `results`, if
            None.
        scale: Magnification, 4 if None; sets the border.
        crop_border: Pixels cut from each side; the scale if None.
        results: Results folder that the scores are added to.
        dataset: Name of the test set; the HR folder's if None.
        images: Folder in which to keep what the generator restores.
        input_range: Range in which a TorchScript program takes pixels: `0..1`, `-1..1`, `0..255`.
        output_range: Range in which it gives them.
        device: auto, cpu, cuda, cuda:N or mps.
        jobs: Processes that score; as many as are worth it if None.
        on_image: Told of each image.

    Returns:
        The scores, as frames.

    Raises:
        ConfigError, DataError, StoreError, WeightsError: when something asked for is wrong or not
            to be had; before anything is scored.

    Example:
        >>> from sweep import score
        >>> found = score("my_x4", "Set5", metrics="psnr")
        >>> found.per_image["image"].tolist()
        ['baby', 'bird']
        >>> found.means[["method", "dataset", "images"]]
          method dataset  images
        0  my_x4    set5       2
        >>> bool(found.means["psnr_y"][0] > 0)
        True
    """
    from sweep.scoring.external.request import Request
    from sweep.scoring.external.request import score as score_each

    request = Request(
        sr=place("--sr", sr),
        hr=place("--hr", hr),
        generator=place("--generator", generator),
        sets=eval_sets("--eval", eval),
        method=name,
        metrics=words("--metrics", metrics),
        scale=number("--scale", scale, 1),
        crop_border=number("--crop-border", crop_border, 0),
        into=place("--results", results),
        dataset=dataset,
        images=place("--images", images),
        device=device,
        jobs=number("--jobs", jobs, 1),
        ranges=(input_range, output_range),
    )
    notes: list[str] = []
    methods = tuple(score_each(request, _counting(on_image), notes.append))
    notes += [note for scored in methods for note in scored.notes]
    scores = Scores(methods, tuple(note.removeprefix("note: ") for note in notes))
    added: Published = ((), ())
    if not scores.is_whole:
        _warn(scores, request.into)
    elif request.into:
        added = add_to_sweep(request.into, methods)
    return Scores(methods, (*scores.notes, *added[1]), added[0])


def add_to_sweep(folder: Path, methods: Sequence[ScoredMethod]) -> Published:
    """Adds scores to a sweep and brings its tables and charts up to date.

    Returns:
        The derived files, and sentences about figures that could not be drawn.

    Raises:
        StoreError: when a run is at work in the folder.
    """
    from sweep.publishing import republish
    from sweep.scoring.external.records import write_external
    from sweep.store.folder import SweepStore

    store = SweepStore(folder)
    with store.locked():
        for scored in methods:
            write_external(store, scored.record())
        return republish(store)


def _warn(scores: Scores, into: Path | None) -> None:
    lines = [f"{image}: {reason}" for image, reason in scores.problems.items()]
    if into is not None:
        lines.append(f"{into}: {INCOMPLETE}")
    warnings.warn("not scored: " + "\n".join(lines), RuntimeWarning, stacklevel=3)


def _counting(on_image: OnImage | None) -> Progress:
    """Tells a callback how many images are behind, test set by test set."""

    @contextmanager
    def begin(title: str, total: int) -> Iterator[Callable[[str], None]]:
        count = itertools.count(1)
        yield lambda image: on_image(image, next(count), total) if on_image else None

    return begin
