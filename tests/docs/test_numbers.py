"""Numbers of the pages, held against what they are numbers of."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from srgan_core.data.images import read_rgb, write_png
from srgan_core.inference import load_generator, restore
from sweep.scoring.aggregation import summarise
from sweep.scoring.evaluate import Scorer
from sweep.scoring.sets.references import prepare_reference
from sweep.scoring.sets.test_sets import TestSet

pytestmark = pytest.mark.docs

REPOSITORY = Path(__file__).resolve().parents[2]
COLUMNS = ("psnr_y", "ssim_y", "psnr_rgb", "lpips_alex", "niqe")


def page(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def rows_of(results: str, table: str = "results.csv") -> list[dict[str, str]]:
    with (REPOSITORY / "results" / results / table).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def cells_of(name: str, begin: str) -> list[list[str]]:
    """The cells of the rows of a page that begin so, without their emphasis."""
    lines = (line for line in page(name).splitlines() if re.match(begin, line))
    return [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines]


SHOWN = ("psnr_y", "lpips_alex", "niqe")
"""The columns of the tables below."""


def is_shown_as(shown: str, value: float) -> bool:
    """Whether a number is written with all of its digits right, but for one in the last."""
    digits = len(shown.partition(".")[2])
    return abs(float(shown) - value) <= 1.01 * 10**-digits


def test_known_answers_of_bicubic_are_those_of_the_published_sweep():
    text = page("docs/reproducing.md")
    (row,) = (row for row in rows_of("quick-cpu") if row["method"] == "bicubic")
    (hr,) = (row for row in rows_of("quick-cpu") if row["method"] == "original")
    for column in ("psnr_y", "ssim_y", "psnr_rgb", "lpips_alex"):
        (shown,) = re.findall(rf"^\| `{column}`[^|]*\| ([0-9.]+) \|", text, re.MULTILINE)
        assert is_shown_as(shown, float(row[column]))
    for name, of in (("bicubic", row), ("HR", hr)):
        (shown,) = re.findall(rf"^\| `niqe`, {name} \| ([0-9.]+) \|", text, re.MULTILINE)
        assert is_shown_as(shown, float(of["niqe"]))


@pytest.mark.shared_data
def test_scores_of_the_bundled_srresnet_are_those_of_the_bundled_srresnet(set5, tmp_path):
    row = r"^\| bicubic, this package (?:\(.*?\) )?\| (.*) \|$"
    rows = re.findall(row, page("docs/scoring.md"), re.MULTILINE)
    images = tuple(sorted(set5.glob("*.png")))
    reference = prepare_reference(TestSet("set5", images, 4), 4, tmp_path / "set5")
    generator = load_generator(None, 4)
    restored = []
    for lr in reference.lr:
        restored.append(tmp_path / lr.name)
        write_png(restored[-1], restore(generator, read_rgb(lr)))
    scorer = Scorer(COLUMNS, 4)
    for cells, of in zip(rows, (reference.bicubic, restored), strict=True):
        means = summarise(scorer.score_set(list(of), list(reference.hr)))
        for column, shown in zip(COLUMNS, cells.split(" | "), strict=True):
            assert is_shown_as(shown, means[column]), column


def test_means_over_seeds_are_those_of_the_published_sweep():
    points = {
        (row["content"], row["adv"]): row
        for row in rows_of("seeds-cpu", "summary.csv")
        if (row["method"], row["dataset"]) == ("srgan", "BSDS20")
    }
    rows = cells_of("docs/statistics.md", r"\| (mse|vgg16-\d\d) \| [0-9.]+ \|")
    assert {(content, adv) for content, adv, *_ in rows} == set(points)
    for content, adv, *cells in rows:
        for column, cell in zip(SHOWN, cells, strict=True):
            shown, half = cell.split(" ± ")
            assert is_shown_as(shown, float(points[content, adv][column]))
            assert is_shown_as(half, float(points[content, adv][f"{column}_ci95"]))


def test_the_readme_tells_the_mean_niqe_of_every_point():
    means: dict[str, list[float]] = {}
    for row in rows_of("seeds-cpu", "summary.csv"):
        if (row["method"], row["dataset"]) == ("srgan", "BSDS20"):
            means.setdefault(row["content"], []).append(float(row["niqe"]))
    shown = re.findall(r"((?:[0-9.]+,\s+){3}[0-9.]+) \(`([\w-]+)`\)", page("README.md"))
    assert {content for _, content in shown} == set(means)
    for numbers, content in shown:
        for number, mean in zip(numbers.split(","), means[content], strict=True):
            assert is_shown_as(number.strip(), mean)


def test_the_curve_of_weights_is_that_of_the_published_sweep():
    curve = {
        (float(row["alpha"]), row["dataset"]): row
        for row in rows_of("seeds-cpu", "interpolation.csv")
    }
    rows = cells_of("docs/theory.md", r"\| (0|0\.\d|1)( \(\w+\))? \|")
    assert len(rows) == 6
    for alpha, *cells in rows:
        found = [curve[float(alpha.split()[0]), dataset] for dataset in ("BSDS20", "set5")]
        values = [float(row[column]) for row in found for column in SHOWN]
        assert all(map(is_shown_as, cells, values))


def test_both_ends_of_standard_are_those_of_the_published_sweep():
    trials = {
        (row["content"], row["adv"], row["start"]): row
        for row in rows_of("standard-cpu")
        if (row["method"], row["dataset"]) == ("srgan", "BSDS20")
    }
    rows = cells_of("docs/theory.md", r"\| (mse|vgg16-\d\d) \| [0-9.]+ \|")
    assert {(content, adv) for content, adv, *_ in rows} == {key[:2] for key in trials}
    for content, adv, *cells in rows:
        found = [trials[content, adv, start] for start in ("srresnet", "srgan")]
        assert all(map(is_shown_as, cells, (float(row[c]) for row in found for c in SHOWN)))


def test_the_pages_count_the_points_where_both_ends_met():
    met = Counter(
        row["metric"]
        for row in rows_of("standard-cpu", "convergence.csv")
        if (row["dataset"], row["verdict"]) == ("BSDS20", "met")
    )
    said = r"LPIPS (?:has met )?at (\d+) of 12 points, (?:in )?NIQE at (\d+), (?:in )?PSNR at none"
    for name in ("README.md", "docs/theory.md"):
        ((lpips, niqe),) = re.findall(said, " ".join(page(name).split()))
        assert (int(lpips), int(niqe), 0) == (met["lpips_alex"], met["niqe"], met["psnr_y"])


def test_scores_of_the_bundled_networks_are_those_of_the_published_sweep():
    starts = {
        (row["method"], row["dataset"].lower()): row
        for row in rows_of("seeds-cpu")
        if row["method"] in ("srresnet", "pair")
    }
    for name, *cells in cells_of("docs/data-and-weights.md", r"\| \w+: SRResNet, pair \|"):
        dataset = name.partition(":")[0].lower()
        for column, cell in zip(SHOWN, cells, strict=True):
            for shown, method in zip(cell.split(", "), ("srresnet", "pair"), strict=True):
                assert is_shown_as(shown, float(starts[method, dataset][column]))
    places = {"set5": r"\| Set5, once, after", "bsds20": r"\| 20 photographs of BSDS500 that"}
    for dataset, begin in places.items():
        ((_, *cells),) = cells_of("docs/method.md", begin)
        for column, shown in zip(("psnr_y", "ssim_y", *SHOWN[1:]), cells, strict=True):
            assert is_shown_as(shown, float(starts["srresnet", dataset][column]))


def test_numbers_of_the_text_chart_are_those_beside_it():
    with (REPOSITORY / "docs" / "ocr.csv").open(encoding="utf-8") as file:
        rates = {row["method"]: float(row["ocr_cer"]) for row in csv.DictReader(file)}
    ((ours, bicubic),) = re.findall(
        r"SRResNet has ([0-9.]+) against ([0-9.]+)", page("docs/ocr.md")
    )
    assert is_shown_as(ours, rates["srresnet"])
    assert is_shown_as(bicubic, rates["bicubic"])


@pytest.mark.parametrize("results", ["quick-cpu", "seeds-cpu"])
def test_single_steps_of_published_trials_are_saturated_and_no_trial_is(results):
    shares = [float(row["d_saturated"]) for row in rows_of(results) if row["d_saturated"]]
    assert 0 < max(shares) < 0.1


@pytest.mark.parametrize(("decibels", "less"), [(30, 0.01), (40, 0.1), (50, 1)])
def test_rounded_luma_costs_what_the_page_says(decibels, less):
    random = np.random.default_rng(0)
    hr = random.uniform(60, 190, (200, 200))
    sr = hr + random.normal(0, 255 / 10 ** (decibels / 20), hr.shape)

    def psnr(error: np.ndarray) -> float:
        return float(10 * np.log10(255**2 / np.mean(error**2)))

    lost = psnr(sr - hr) - psnr(sr.round() - hr.round())
    assert less / 1.5 < lost < 1.5 * less


LEGEND = {
    "λ = 0, no adversary": "hollow point is λ = 0",
    "on the Pareto front": "staircase is the Pareto front",
    "dominated (pale)": "Pale points are dominated",
    "knee": "A ring\n  marks the knee",
    "gap of the two ends": "The band between them",
    "path of a trial": "path of a\n  trial",
    "published": "published result",
    "unhealthy": "crossed out is unhealthy",
}
"""An entry of the chart's legend, to the words of the README about it."""


def test_the_readme_explains_every_entry_of_the_legend():
    plots = REPOSITORY / "sweep" / "visualization" / "plots"
    sources = "".join(page(str(plots / f"{name}.py")) for name in ("legend", "overlays"))
    entries = re.findall(r'(?:label=|_entry\()"([^"]+)"', sources)
    assert set(entries) == set(LEGEND)
    assert all(words in page("README.md") for words in LEGEND.values())
