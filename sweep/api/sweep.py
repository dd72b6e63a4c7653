"""A sweep in a notebook: run, then its tables as frames, charts and images as what they show.

What is read of a results folder is tables and images alone, so it needs no torch.
"""

from __future__ import annotations

import signal
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srgan_core.wording import counted
from sweep.api.arguments import Place, Values, eval_sets, key_values, number, place, words
from sweep.api.derived import bring_tables
from sweep.api.restorations import dataset_of, gallery, known_set
from sweep.api.shown import Chart, Gallery, summary_html
from sweep.config.names import CONFIGS, EXECUTORS
from sweep.store.folder import SweepStore
from sweep.store.states import State

if TYPE_CHECKING:
    import pandas as pd

    from sweep.api.events import OnRunEvent
    from sweep.execution.executors.base import OnEvent
    from sweep.planning.plan import Plan
    from sweep.runner import Summary
    from sweep.tables.metric_file import MetricColumn


class Sweep:
    """The results of a sweep.

    Args:
        root: Results folder.

    Attributes:
        root: Results folder.
        last_run: How the run that made this object ended: states of its trials, which of them it
            trained, files, notes. None where the folder was only opened.

    Example:
        >>> from sweep import Sweep
        >>> s = Sweep.load("results/quick-cpu")
        >>> s.results[["trial", "psnr_y"]].head(2).round(1)
                 trial  psnr_y
        0      bicubic    28.4
        1  srresnet-s0    31.0
        >>> s.plot("set5").save("tradeoff.svg").name
        'tradeoff.svg'
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.last_run: Summary | None = None
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
        bring_tables(sweep.root, _warn)
        # A wrong folder is refused here and not at the first look into it.
        _ = sweep.results
        return sweep

    @classmethod
    def run(
        cls,
        out: Place = None,
        config: Place = CONFIGS[0],
        *,
        adv: Values = None,
        trials: int | None = None,
        content: Values = None,
        start: Values = None,
        seeds: Values = None,
        eval: Values = None,
        metrics: Values = None,
        steps: int | None = None,
        scale: int | None = None,
        init: Place = None,
        axis: Mapping[str, Values] | None = None,
        settings: Mapping[str, Any] | None = None,
        device: str | None = None,
        jobs: int | str = "auto",
        executor: str = EXECUTORS[0],
        address: str | None = None,
        ray_storage: bool = False,
        slurm: Mapping[str, Any] | None = None,
        track: Values = None,
        score_every: int | None = None,
        retry: Values = State.FAILED,
        watchdog: float | None = 1800,
        keep_checkpoints: bool = False,
        on_event: OnRunEvent | None = None,
    ) -> Sweep:
        """Trains the grid, scores every generator, writes tables, images and charts.

        The arguments are the options of `sweep run`, with the same defaults. The same call again
        trains nothing, goes on with what was interrupted, and extends the sweep by further values.

        A run with trials that failed or diverged comes back like any other, with a warning that
        names them; `last_run.states` has all. SIGINT, which Ctrl-C and the interrupt of a notebook
        send, and the other signals that `sweep run` answers to end it after the current step, with
        checkpoints and tables written; then the signal is passed on, so that Ctrl-C becomes a
        KeyboardInterrupt. A second one ends it at once. Outside of the main thread signals are left
        alone; an exception of `on_event` ends a run anywhere, at the last checkpoints.

        Args:
            out: Results folder; `results/CONFIG` if None.
            config: Name of a config that comes with the package, or path of a YAML file.
            adv: Adversarial coefficients, such as `[1e-3, 1e-2]`, or `auto`, to place them where
                the largest gaps of the curves are; the config's own, here and below, if None.
            trials: Trials of `auto` at most.
            content: Content losses.
            start: Ends of the curve that trials set out from: srresnet, srgan.
            seeds: Seeds, such as `range(3)`.
            eval: Test sets.
            metrics: Metrics.
            steps: Steps of the adversarial phase.
            scale: Magnification: 2, 4 or 8.
            init: A generator's file, or the folder of a pair, to start from.
            axis: Keys of the config, dotted, to values that trials are trained at each:
                `{"adversarial.learning_rate": [5e-5, 1e-4]}`.
            settings: Other keys of the config, dotted, to values: `{"adversarial.batch_size": 4}`.
            device: auto, cpu, cuda, cuda:N or mps.
            jobs: Trials at once, each in a process of its own; `auto` for as many as there is room.
            executor: local, ray or slurm.
            address: Ray's cluster; one is started if None.
            ray_storage: Whether the machines of Ray's cluster share no folder.
            slurm: What each SLURM job is asked for: `{"partition": "gpu", "time": 120}`.
            track: wandb, mlflow.
            score_every: Steps from one scoring of a trial to the next; the last step alone if None.
            retry: States whose trials are tried again: failed, diverged, or none.
            watchdog: Seconds after which a worker without a sign of life is ended; never if None.
            keep_checkpoints: Whether training states of finished trials stay.
            on_event: Told what happens, in this thread: a `sweep.api.events.RunEvent` each time.

        Returns:
            The sweep, with `last_run`.

        Raises:
            ConfigError, DataError, WeightsError: when something asked for is wrong or not to be
                had; nothing is written then.
            StoreError: when the folder is of another config, or another run is at work there.
            DiskError: when the disk takes no more.
            TrialError: when the test sets themselves cannot be scored.

        Example:
            >>> from sweep import Sweep
            >>> def show(event):
            ...     if event.kind == "progress":
            ...         print(f"{event.steps_done} of {event.steps_total} steps")
            >>> s = Sweep.run(
            ...     "results/tiny", "smoke", adv=1e-3, steps=2, metrics="psnr",
            ...     settings={"grid.control": False}, jobs=1, on_event=show,
            ... )
            1 of 2 steps
            2 of 2 steps
            >>> s.last_run.exit_status
            0
            >>> s.results.query("method == 'srgan'")[["adv", "status"]]
                 adv status
            2  0.001   done
        """
        from sweep.api.running import HowToRun, carry_out, prepare
        from sweep.planning.request import SweepRequest

        request = SweepRequest(
            config=str(place("--config", config) or CONFIGS[0]),
            out=place("--out", out),
            adv=words("--adv", adv),
            trials=number("--trials", trials, 1),
            content=words("--content", content),
            start=words("--start", start),
            seeds=words("--seeds", seeds),
            sets=eval_sets("--eval", eval),
            metrics=words("--metrics", metrics),
            steps=number("--steps", steps, 1),
            scale=scale,
            device=device,
            init=place("--init", init),
            axes={key: words(f"--axis {key}", each) or () for key, each in (axis or {}).items()},
            settings=settings or {},
            jobs=None if jobs == "auto" else number("--jobs", jobs, 1),
        )
        how = HowToRun(
            executor=executor,
            address=address,
            ray_storage=ray_storage,
            slurm=key_values(slurm or {}),
            trackers=words("--track", track) or (),
            score_every=number("--score-every", score_every, 1),
            retry=words("--retry", retry) or ("none",),
            watchdog=watchdog,
            keep_checkpoints=keep_checkpoints,
        )
        run = prepare(request, how)

        @contextmanager
        def display(plan: Plan, store: SweepStore) -> Iterator[OnEvent]:
            from sweep.api.events import Listener

            yield Listener(plan, store, on_event or (lambda event: None)).receive

        sweep = cls(run.store.root)
        sweep.last_run = carry_out(run, display)
        sweep._tell_of_its_end()
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
        chosen = known_set(dataset, tuple(scores), self.root)
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
        chosen = dataset_of(image, dataset, self.per_image, self.datasets, self.root)
        return gallery(self._store, chosen, image, trials)

    def __repr__(self) -> str:
        return f"<Sweep {self.root}: {counted(len(self.results), 'row')}>"

    def _repr_html_(self) -> str:
        return summary_html(self.name, self.summary, self.metrics)

    def _tell_of_its_end(self) -> None:
        """Passes on the signal that ended the run, and names the trials that are not done."""
        from sweep.api.running import cause_of

        if self.last_run is None:
            return
        if self.last_run.stopped_by is not None:
            signal.raise_signal(self.last_run.stopped_by)
            warnings.warn(
                f"{self.root}: stopped early; the same call goes on", RuntimeWarning, stacklevel=3
            )
            return
        for name, state in self.last_run.states.items():
            if state != State.DONE:
                cause = cause_of(self._store, name, state)
                warnings.warn(f"{name}: {state}: {cause}", RuntimeWarning, stacklevel=3)


def _warn(note: str) -> None:
    warnings.warn(note.removeprefix("note: "), RuntimeWarning, stacklevel=4)
