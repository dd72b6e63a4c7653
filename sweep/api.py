"""A results folder in a notebook: tables as frames, charts and images as what they show.

Reads tables and images alone, so it needs no torch.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.errors import ConfigError, unknown_name
from srgan_core.files import write_atomically
from srgan_core.wording import counted
from sweep.errors import StoreError
from sweep.store.folder import SweepStore
from sweep.store.states import Method

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from sweep.tables.metric_file import MetricColumn

_REFERENCES = {Method.ORIGINAL.value: "hr", "lr": "lr", Method.BICUBIC.value: "bicubic"}


@dataclass(frozen=True)
class Chart:
    """A chart that a notebook shows and that can be saved.

    Attributes:
        png: As a PNG file.
        svg: As an SVG file.
    """

    png: bytes
    svg: bytes

    def save(self, path: Path | str) -> Path:
        """Writes the chart.

        Args:
            path: A file that ends in .png or .svg.

        Returns:
            The file.

        Raises:
            ConfigError: when the ending is another.
        """
        target = Path(path)
        formats = {".png": self.png, ".svg": self.svg}
        if target.suffix.lower() not in formats:
            raise ConfigError(f"{target}: expected a name that ends in .png or .svg")
        write_atomically(target, formats[target.suffix.lower()])
        return target

    def _repr_png_(self) -> bytes:
        return self.png


class Gallery(Mapping[str, "np.ndarray"]):
    """Restorations of one image, shown side by side; a mapping of their names to pixels.

    Args:
        title: Heading.
        files: Name to PNG file.

    Attributes:
        title: Heading.
        files: Name to PNG file.
    """

    def __init__(self, title: str, files: Mapping[str, Path]) -> None:
        self.title, self.files = title, dict(files)

    def __getitem__(self, name: str) -> np.ndarray:
        """Reads an image: (H, W, 3), uint8."""
        from srgan_core.data.images import read_rgb

        if name not in self.files:
            raise KeyError(name)
        return read_rgb(self.files[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def __repr__(self) -> str:
        return f"<Gallery {self.title}: {', '.join(self.files)}>"

    def _repr_html_(self) -> str:
        figures = "".join(_figure(name, path) for name, path in self.files.items())
        return (
            f"<div><p>{html.escape(self.title)}</p>"
            f'<div style="display:flex;flex-wrap:wrap;gap:12px">{figures}</div></div>'
        )


class Sweep:
    """The results of a sweep.

    Args:
        root: Results folder.

    Example:
        >>> from sweep import Sweep
        >>> s = Sweep.load("results/quick")  # doctest: +SKIP
        >>> s.results[["trial", "psnr_y", "lpips_alex"]]  # doctest: +SKIP
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._store = SweepStore(root)

    @classmethod
    def load(cls, folder: Path | str) -> Sweep:
        """Opens a results folder.

        Args:
            folder: The folder.

        Returns:
            Its sweep.

        Raises:
            StoreError: when there is no result table, or it is damaged.
        """
        sweep = cls(Path(folder))
        _bring_tables(sweep._store)
        # A wrong folder is refused here and not at the first look into it.
        _ = sweep.results
        return sweep

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self._store.name

    @property
    def results(self) -> pd.DataFrame:
        """`results.csv`: one row for each trial and test set, read anew each time."""
        from sweep.tables.files import read_results

        return read_results(self.root)

    @property
    def per_image(self) -> pd.DataFrame:
        """`per_image.csv`: one row for each trial, test set and image."""
        from sweep.tables.files import read_per_image

        return read_per_image(self.root)

    @property
    def summary(self) -> pd.DataFrame:
        """Means over the seeds of each method, content loss, coefficient and test set."""
        from sweep.analysis.summary import summary_frame

        return summary_frame(self.results)

    @property
    def metrics(self) -> dict[str, MetricColumn]:
        """What each score column means: label, unit, direction."""
        from sweep.tables.metric_file import read_metrics

        return read_metrics(self.root)

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names of the test sets, in the order of the table."""
        return tuple(dict.fromkeys(self.results["dataset"]))

    def plot(self, dataset: str | None = None, *, published: bool = False) -> Chart:
        """Draws the tradeoff charts of a test set, as `sweep plot` does.

        Args:
            dataset: Name of the test set; None for the first.
            published: Whether to draw published results of the same protocol too.

        Returns:
            The chart; nothing is written until it is saved.

        Raises:
            ConfigError: when there is no such test set.
            StoreError: when a table is missing, damaged, or empty.
        """
        from sweep.analysis.summary import scores_by_dataset
        from sweep.tables.tables import read_tables
        from sweep.visualization.plots.tradeoff import render

        tables = read_tables(self.root)
        scores = {found.name: found for found in scores_by_dataset(tables.results)}
        chosen = self._known(dataset, tuple(scores))
        drawn = render(scores[chosen], tables, published)
        return Chart(drawn["png"], drawn["svg"])

    def images(
        self, image: str, trials: Sequence[str] | None = None, dataset: str | None = None
    ) -> Gallery:
        """Collects the restorations of an image.

        Args:
            image: File name without its extension.
            trials: Names of trials, of which the beginning is enough where it fits one alone,
                `srresnet-s0`, `bicubic`, `lr` or `original`; None for all that have the image.
            dataset: Name of the test set; None for the first that has the image.

        Returns:
            The images, in the order asked for.

        Raises:
            ConfigError: when an image, a trial or a test set has another name.
            StoreError: when a trial has no such image.
        """
        chosen = self._dataset_of(image, dataset)
        files = self._files(chosen, image)
        if trials is None:
            return Gallery(f"{chosen}: {image}", {n: f for n, f in files.items() if f.is_file()})
        asked = {name: files[name] for name in (_match(trial, files) for trial in trials)}
        missing = [str(path) for path in asked.values() if not path.is_file()]
        if missing:
            raise StoreError(f"{', '.join(missing)}: no such image; run the sweep again")
        return Gallery(f"{chosen}: {image}", asked)

    def __repr__(self) -> str:
        return f"<Sweep {self.root}: {counted(len(self.results), 'row')}>"

    def _repr_html_(self) -> str:
        from sweep.tables.columns import (
            EXACT_COLUMNS,
            START,
            adv_text,
            axis_columns,
            decimals_of,
            number_text,
        )
        from sweep.tables.curve_names import has_both_starts
        from sweep.tables.frames import records_of

        summary = self.summary
        records = records_of(summary)
        scored = [c for c in self.metrics if c in summary and summary[c].notna().any()]
        writers = {c: f"{{:.{decimals_of(c, records)}f}}".format for c in scored}
        start = [START] if has_both_starts(records) else []
        among = [record["adv"] for record in records]
        axes = axis_columns(summary.columns)
        writers |= {c: partial(number_text, c) for c in axes if c in EXACT_COLUMNS}
        shown = summary[["dataset", "method", "content", *axes, *start]].assign(
            adv=summary["adv"].map(lambda adv: adv_text(adv, among), na_action="ignore"),
            **{c: summary[c].map(write, na_action="ignore") for c, write in writers.items()},
        )
        table = shown.to_html(index=False, na_rep="", escape=True)
        return f"<div><p><b>{html.escape(self.name)}</b></p>{table}</div>"

    def _known(self, name: str | None, known: Sequence[str]) -> str:
        """Checks the name of a test set; None stands for the first one."""
        if not known:
            raise StoreError(f"{self.root}: no trial has been scored yet; run the sweep first")
        if name is not None and name not in known:
            raise ConfigError(unknown_name("test set", name, known))
        return name or known[0]

    def _dataset_of(self, image: str, name: str | None) -> str:
        frame = self.per_image
        if name is not None:
            frame = frame[frame["dataset"] == self._known(name, self.datasets)]
        known = list(dict.fromkeys(frame["image"]))
        if image not in known:
            raise ConfigError(unknown_name("image", image, known))
        return str(frame[frame["image"] == image]["dataset"].iloc[0])

    def _files(self, dataset: str, image: str) -> dict[str, Path]:
        """Where each method's restoration lies, whether it is there or not."""
        reference, file = self._store.reference(dataset), f"{image}.png"
        files = {name: reference / folder / file for name, folder in _REFERENCES.items()}
        for trial in self._store.generators():
            if trial.has_images:
                files[trial.path.name] = trial.images(dataset) / file
        return files


def _bring_tables(store: SweepStore) -> None:
    """Makes the tables that a run which was killed has not written."""
    from sweep.tables.files import lacks_tables

    if lacks_tables(store.root):
        from sweep.publishing import publish_tables

        publish_tables(store)


def _match(name: str, known: Mapping[str, Path]) -> str:
    fitting = [name] if name in known else [full for full in known if full.startswith(name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise ConfigError(f"trial {name!r} fits {', '.join(fitting)}; give more of the name")
    raise ConfigError(unknown_name("trial", name, known))


def _figure(name: str, path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    label = html.escape(name, quote=True)
    return (
        f'<figure style="margin:0"><img alt="{label}" src="data:image/png;base64,{data}" '
        f'style="max-width:256px;image-rendering:pixelated"><figcaption>{label}</figcaption>'
        "</figure>"
    )
