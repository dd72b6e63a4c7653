"""Every interaction of the report but with its images, in a real browser, opened from disk."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sweep.store.folder import SweepStore
from sweep.tables.files import PER_IMAGE, RESULTS, read_per_image, read_results, write_csv
from sweep.tables.metric_file import METRICS_FILE
from sweep.visualization.report.page import write_report

DASH = "\N{EN DASH}"
MSE_STRONG = '[data-key="srgan|mse|0.01|"]'
MSE_WEAK = '[data-key="srgan|mse|0.001|"]'

CONTRASTS = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const light = (c) => {
    const v = c / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const low = [];
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || ["SCRIPT", "STYLE", "OPTION", "NOSCRIPT"].includes(element.tagName)) continue;
    if (!element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const text = rgba(element instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [luminance(text), luminance(ground(element))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    const name = `${element.tagName}.${element.getAttribute("class")}`;
    const words = element.textContent.slice(0, 20);
    if (contrast < 4.5) low.push(`${name}: ${words}: ${contrast.toFixed(2)}`);
  }
  return low;
}"""


def selected(page: Any) -> list[str]:
    return page.eval_on_selector_all(
        '.point[aria-pressed="true"]', "(points) => points.map((p) => p.dataset.key)"
    )


def test_hover_shows_the_scores_and_a_click_selects(report):
    report.locator(MSE_STRONG).hover()
    tooltip = report.locator("#tooltip")
    assert tooltip.is_visible()
    assert "mse, λ 0.01" in tooltip.inner_text()
    assert "0.1600" in tooltip.inner_text()
    report.locator(MSE_STRONG).click()
    assert selected(report) == ["srgan|mse|0.01|"]
    assert report.locator("#images figcaption", has_text="mse, λ 0.01").count() == 1
    report.locator(MSE_STRONG).click()
    assert selected(report) == []


def test_axes_can_be_any_columns_and_the_front_follows(report):
    before = report.locator("#chart .front").get_attribute("d")
    report.select_option("#axis-y", "niqe")
    assert report.locator("#chart text", has_text="NIQE").count() == 1
    assert report.locator("#chart .front").get_attribute("d") != before
    assert report.locator("#chart .hr").count() == 1
    report.select_option("#axis-x", "adv")
    assert report.locator("#chart .front").count() == 0
    ticks = report.locator("#chart .grid text").all_text_contents()
    assert {"0", "0.001", "0.01"} <= set(ticks)


def test_seeds_give_error_bars_that_can_be_hidden(report):
    assert report.locator("#chart .bar").count() > 0
    report.uncheck("#show-bars")
    assert report.locator("#chart .bar").count() == 0


def test_interpolation_curves_can_be_hidden(report):
    curves = report.locator("#chart .interpolation")
    assert curves.count() == 2
    assert "interpolated weights" in report.locator("#legend").inner_text()
    report.uncheck("#show-curves")
    assert curves.count() == 0


def test_the_chart_is_used_with_the_keyboard_alone(report):
    report.focus("#show-curves")
    report.keyboard.press("Tab")
    first = report.evaluate("document.activeElement.dataset.key")
    report.keyboard.press("ArrowRight")
    second = report.evaluate("document.activeElement.dataset.key")
    assert first != second
    report.keyboard.press("Enter")
    assert selected(report) == [second]
    assert report.evaluate("document.activeElement.dataset.key") == second
    report.keyboard.press(" ")
    assert selected(report) == []


def test_tables_are_sorted_filtered_and_saved(report, tmp_path):
    report.click("#sort-psnr_y")
    head = report.locator("th", has=report.locator("#sort-psnr_y"))
    assert head.get_attribute("aria-sort") == "descending"
    place = report.locator("#table thead th button").evaluate_all(
        "(buttons) => buttons.findIndex((b) => b.id === 'sort-psnr_y')"
    )
    cells = report.locator(f"#table tbody tr > :nth-child({place + 1})").all_inner_texts()
    numbers = [float(cell) for cell in cells if cell != DASH]
    assert numbers == sorted(numbers, reverse=True)
    # Missing values come last, whatever the direction.
    assert cells[: len(numbers)] == [c for c in cells if c != DASH]
    report.fill("#filter", "mse psnr_y>28 seed=1")
    assert report.locator("#row-count").inner_text().startswith("2 of ")
    with report.expect_download() as saved:
        report.click("#save-csv")
    text = Path(saved.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["content"], row["seed"]) for row in rows] == [("mse", "1"), ("mse", "1")]
    report.fill("#filter", "")
    report.click("#table-perImage")
    report.fill("#filter", "second")
    assert (
        report.locator("#table tbody tr").count()
        == report.locator("#table tbody tr", has_text="second").count()
    )


def test_a_row_selects_its_trial_image_and_seed(report):
    report.click("#table-perImage")
    report.fill("#filter", "mse-adv0.001-s1 second")
    report.locator("#table tbody tr").first.click()
    assert selected(report) == ["srgan|mse|0.001|"]
    assert report.input_value("#image-choice") == "second"
    assert report.input_value("#seed") == "1"


def test_training_curves_follow_the_selection_and_the_scale(report):
    lines = report.locator("#curves path.curve")
    everything = lines.count()
    report.locator(MSE_WEAK).click()
    assert 0 < lines.count() < everything
    names = lines.evaluate_all("(paths) => paths.map((p) => p.dataset.trial)")
    assert set(names) == {"mse-adv0.001-s0", "mse-adv0.001-s1"}
    before = lines.first.get_attribute("d")
    report.check("#log-scale")
    assert lines.first.get_attribute("d") != before
    report.locator("#curves figure svg").first.hover(position={"x": 60, "y": 40})
    assert "step" in report.locator("#tooltip").inner_text()


def test_the_note_says_what_lambda_buys_on_the_chosen_axes(report):
    note = report.locator("#chart-note")
    assert note.inner_text().startswith("λ 0 to 0.01: PSNR")
    report.select_option("#axis-y", "niqe")
    assert ", NIQE " in note.inner_text()


@pytest.fixture
def both_ends(sweep_folder: Path, tmp_path: Path) -> Path:
    """The page of a folder whose trials with `mse` set out from both ends, but for one."""
    shutil.copy(sweep_folder / METRICS_FILE, tmp_path)
    for name, read in ((RESULTS, read_results), (PER_IMAGE, read_per_image)):
        table = read(sweep_folder)
        kept = table[(table["content"] == "mse") | (table["method"] != "srgan")]
        ours = kept[(kept["method"] == "srgan") & (kept["adv"] < 0.01)]
        shift = {"psnr_y": ours["psnr_y"] - 0.4, "trial": "srgan-" + ours["trial"]}
        other = ours.assign(start="srgan", **shift)
        write_csv(pd.concat([kept, other], ignore_index=True), tmp_path / name)
    return write_report(SweepStore(tmp_path), tmp_path / "report.html").path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_ends_of_a_curve_are_joined_and_judged(watch, both_ends, theme):
    page = watch(both_ends.as_uri(), color_scheme=theme).page
    band = page.locator("#chart .band")
    assert band.count() == 1
    # One area, from the first to the second coefficient that both ends have.
    assert band.get_attribute("d").count("Z") == 1
    dashes = page.locator("#chart .series").evaluate_all(
        "(all) => all.map((p) => p.getAttribute('stroke-dasharray'))"
    )
    assert sum(bool(pattern) for pattern in dashes) == 1
    assert "gap of the two ends" in page.locator("#legend").inner_text()
    page.click("#to-convergence")
    rows = page.locator("#brackets tbody tr").all_inner_texts()
    assert [row.split()[:2] for row in rows] == [["mse", "0"], ["mse", "0.001"], ["mse", "0.01"]]
    assert "-0.40 ± " in rows[0]
    assert "none from srgan" in rows[2]
    assert page.locator("#brackets .hint", has_text="the length of the sweep leaves open").count()
    assert page.evaluate(CONTRASTS) == []


def test_nothing_is_said_of_convergence_with_one_end(report):
    assert report.locator("#chart .band").count() == 0
    assert not report.locator("#convergence").is_visible()
    assert not report.locator("#to-convergence").is_visible()


def test_markup_in_names_stays_text_and_failures_are_told(report):
    assert "<script>alert(1)</script>" in report.locator("#legend").inner_text()
    assert "diverged" in report.locator("#chart-note").inner_text()
    causes = report.locator("#provenance-trials td", has_text="<script>alert(1)</script>")
    assert causes.count() == 2
    assert report.evaluate("document.querySelectorAll('script').length") > 0
    assert report.locator("#notes li", has_text="no image of second").count() == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_a_contrast_of_4_5(watch: Callable[..., Any], report_file: Path, theme: str):
    page = watch(report_file.as_uri(), color_scheme=theme).page
    page.locator(MSE_STRONG).click()
    assert page.evaluate(CONTRASTS) == []


def test_the_theme_can_be_set(report):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = report.evaluate(ground)
    report.click("#theme")
    report.click("#theme")
    assert report.evaluate(ground) != light


@pytest.mark.parametrize("width", [360, 768, 2200])
def test_nothing_is_wider_than_the_screen(watch: Callable[..., Any], report_file: Path, width: int):
    page = watch(report_file.as_uri(), viewport={"width": width, "height": 800}).page
    page.locator(MSE_STRONG).dispatch_event("click")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#chart svg").bounding_box()["width"] > 280


def test_a_foreign_script_is_refused(chromium: Any, report_file: Path, tmp_path: Path):
    changed = tmp_path / "changed.html"
    text = report_file.read_text(encoding="utf-8")
    changed.write_text(text.replace("</body>", "<script>window.ran = true</script></body>"))
    page = chromium.new_page()
    page.goto(changed.as_uri())
    page.wait_for_selector("html[data-ready=true]")
    assert page.evaluate("window.ran") is None
    page.close()


def test_the_slider_starts_at_a_healthy_trial_of_the_front(watch, sweep_folder, tmp_path):
    results = read_results(sweep_folder)
    results.loc[results["adv"] == 0.01, "health"] = "colours shifted by 17.2 grey levels"
    shutil.copy(sweep_folder / METRICS_FILE, tmp_path)
    write_csv(results, tmp_path / RESULTS)
    file = write_report(SweepStore(tmp_path), tmp_path / "report.html").path
    page = watch(file.as_uri()).page
    assert page.locator("#slider-content").input_value() == "mse"
    assert page.locator("#lambda-ticks .now").inner_text() == "0.001"


def test_a_point_without_a_mean_over_all_seeds_says_so(watch, sweep_folder, tmp_path):
    results = read_results(sweep_folder)
    results.loc[results["trial"] == "mse-adv0.01-s1", "lpips_alex"] = float("nan")
    shutil.copy(sweep_folder / METRICS_FILE, tmp_path)
    write_csv(results, tmp_path / RESULTS)
    file = write_report(SweepStore(tmp_path), tmp_path / "report.html").path
    page = watch(file.as_uri()).page
    assert page.locator(MSE_STRONG).count() == 0
    note = page.locator("#chart-note").inner_text()
    assert "mse, λ 0.01 (no finite mean over its seeds)" in note
