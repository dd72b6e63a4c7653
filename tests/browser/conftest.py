"""A page of a small made-up sweep in Debian's Chromium, with an eye on its console and network."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sweep.metrics.registry import METRICS
from sweep.store.folder import SweepStore
from sweep.tables.curves import INTERPOLATION, interpolation_frame
from sweep.tables.files import PER_IMAGE, RESULTS, write_csv
from sweep.tables.frames import per_image_frame, results_frame
from sweep.tables.metric_file import METRICS_FILE
from sweep.tables.rows import ImageScore, ResultRow
from sweep.visualization.report.page import write_report

EVIL = "<script>alert(1)</script>"
SCALE, WIDTH, HEIGHT = 4, 96, 64
IMAGES = ("first", "second")
HR_NIQE = 5.0
SCORES = {0.0: (29.8, 0.21, 8.0), 0.001: (29.0, 0.19, 7.5), 0.01: (27.5, 0.16, 4.5)}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium; skips where there is none, unless REQUIRE_BROWSER is set.

    The headless shell is the same browser without its windows, and starts faster.
    """
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        reason = "no browser: Debian's `chromium` is not installed"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page and everything that it said or asked for."""

    page: Any
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def refuse(self, dialog: Any) -> None:
        self.errors.append("a dialog")
        dialog.dismiss()


@pytest.fixture
def watch(chromium: Any) -> Iterator[Callable[..., Watched]]:
    """Opens a page in a context of its own; at the end nothing may have gone wrong in it."""
    opened: list[Watched] = []

    def open_page(url: str, **options: Any) -> Watched:
        settings = {
            "viewport": {"width": 1300, "height": 900},
            # A page that glides to its place would move under the pointer.
            "reduced_motion": "reduce",
        }
        page = chromium.new_context(**(settings | options)).new_page()
        watched = Watched(page)
        opened.append(watched)
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.on("console", lambda message: watched.errors.append(message.text))
        page.on("dialog", watched.refuse)
        page.on("request", lambda request: watched.requests.append(request.url))
        page.set_default_timeout(30_000)
        page.goto(url)
        page.wait_for_selector("html[data-ready=true]")
        return watched

    yield open_page
    for watched in opened:
        watched.page.context.close()
        assert watched.errors == []


@pytest.fixture
def report(watch: Callable[..., Watched], report_file: Path) -> Any:
    """The report, opened from disk; it may ask the network for nothing."""
    watched = watch(report_file.as_uri())
    yield watched.page
    assert watched.requests == [report_file.as_uri()]


@pytest.fixture
def page_of(watch: Callable[..., Watched], tmp_path: Path) -> Callable[..., Any]:
    """Opens the page of rows of one's own, without records and images."""

    def open_rows(rows: Iterable[ResultRow], **options: Any) -> Any:
        listed = list(rows)
        write_csv(results_frame(listed), tmp_path / RESULTS)
        write_csv(per_image_frame(listed), tmp_path / PER_IMAGE)
        write_metrics(tmp_path)
        file = write_report(SweepStore(tmp_path), tmp_path / "report.html").path
        return watch(file.as_uri(), **options).page

    return open_rows


def write_metrics(folder: Path) -> None:
    metrics = [METRICS[c].describe() for c in ("psnr_y", "lpips_alex", "niqe")]
    (folder / METRICS_FILE).write_text(json.dumps({"schema": 1, "metrics": metrics}))


@pytest.fixture(scope="session")
def report_file(sweep_folder: Path) -> Path:
    return write_report(SweepStore(sweep_folder), sweep_folder / "report.html").path


@pytest.fixture(scope="session")
def sweep_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seeds, a diverged trial, a content loss whose name is markup, images but for one."""
    folder = tmp_path_factory.mktemp("sweeps") / "made-up"
    rows = list(_rows())
    for row in rows:
        if row.method == "srgan":
            _write_trial(folder, row)
    for place, name in enumerate(IMAGES):
        hr = _picture(place)
        _save(folder / "reference/photos/hr", name, hr)
        _save(folder / "reference/photos/lr", name, hr[::SCALE, ::SCALE])
        _save(folder / "reference/photos/bicubic", name, hr // 2 + 60)
        _save(folder / "shared/srresnet-s0/images/photos", name, hr // 2 + 40)
    write_csv(results_frame(rows), folder / RESULTS)
    write_csv(per_image_frame(rows), folder / PER_IMAGE)
    write_metrics(folder)
    (folder / "trials/mse-adv0.01-s0/images/photos/second.png").unlink()
    write_csv(interpolation_frame(_interpolation()), folder / INTERPOLATION)
    return folder


def _rows() -> Iterator[ResultRow]:
    yield _row("bicubic", "bicubic", (28.0, 0.34, 8.5))
    yield _row("srresnet-s0", "srresnet", (30.0, 0.2, 8.2), seed=0)
    for content, shift in (("mse", 0.0), (EVIL, -0.3)):
        for adv, (psnr, lpips, niqe) in SCORES.items():
            for seed in (0, 1):
                bad = content == EVIL and adv == 0.001
                name = f"{content.replace('/', '_')}-adv{adv:g}-s{seed}"
                scores = (psnr + shift + 0.1 * seed, lpips, niqe)
                yield _row(
                    name,
                    "srgan",
                    None if bad else scores,
                    content=content,
                    adv=adv,
                    seed=seed,
                    status="diverged" if bad else "done",
                    steps=100,
                )
    yield ResultRow("original", "original", "photos", 2, SCALE, scores={"niqe": HR_NIQE})


def _interpolation() -> list[dict[str, Any]]:
    ends = {"from": "mse-adv0-s0", "to": "mse-adv0.01-s0", "dataset": "photos", "images": 2}
    return [
        {**ends, "space": space, "alpha": alpha, "psnr_y": 29.8 - 2 * alpha, "lpips_alex": 0.2}
        for space in ("weights", "images")
        for alpha in (0.0, 0.5, 1.0)
    ]


def _row(
    trial: str, method: str, scores: tuple[float, float, float] | None, **more: Any
) -> ResultRow:
    columns = dict(zip(("psnr_y", "lpips_alex", "niqe"), scores or (), strict=False))
    images = tuple(ImageScore(name, columns) for name in IMAGES) if columns else ()
    return ResultRow(
        trial, method, "photos", len(IMAGES), SCALE, scores=columns, per_image=images, **more
    )


def _write_trial(folder: Path, row: ResultRow) -> None:
    trial = SweepStore(folder).trial(row.trial)
    trial.update_trial(state=row.status, cause=EVIL if row.status == "diverged" else None)
    lines = [
        {"iteration": step, "step": step, "loss_pixel": 1 / step, "d_real": 0.6}
        for step in range(1, 101)
    ]
    trial.log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    if row.status == "done":
        for place, name in enumerate(IMAGES):
            shade = round(1000 * (row.adv or 0)) + 10 * (row.seed or 0)
            _save(trial.images("photos"), name, np.minimum(_picture(place), 200) + shade)


def _picture(place: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Every pixel differs from its neighbours, so that smoothing would show."""
    generator = np.random.default_rng(place)
    return generator.integers(0, 240, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def _save(folder: Path, name: str, pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{name}.png")
