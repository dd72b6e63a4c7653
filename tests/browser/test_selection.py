"""What is selected, and what stands at the slider, is on the page with its name and its scores."""

from __future__ import annotations

import re
import shutil
from typing import Any

from sweep.store.folder import SweepStore
from sweep.tables.files import PER_IMAGE, RESULTS, read_per_image, write_csv
from sweep.tables.metric_file import METRICS_FILE
from sweep.tables.rows import ImageScore, ResultRow
from sweep.visualization.report.page import write_report

STRONG = '.point[data-key="srgan|mse|0.01|"]'


def captions(page: Any) -> list[str]:
    return page.locator("#images figcaption strong").all_inner_texts()


def test_the_panel_of_the_slider_tells_its_image_from_the_mean(watch, sweep_folder, tmp_path):
    images = read_per_image(sweep_folder)
    images.loc[images["image"] == "first", "psnr_y"] -= 5
    for name in (RESULTS, METRICS_FILE):
        shutil.copy(sweep_folder / name, tmp_path)
    write_csv(images, tmp_path / PER_IMAGE)
    file = write_report(SweepStore(tmp_path), tmp_path / "report.html").path
    page = watch(file.as_uri()).page
    page.select_option("#slider-content", "mse")
    page.focus("#lambda")
    page.keyboard.press("Home")
    scores = page.locator("#slider-scores")
    assert scores.locator("caption").inner_text() == "Scores of mse, λ 0"
    heads = scores.locator("thead th").all_inner_texts()
    assert heads == ["first, seed 0", "mean of 2 images, 2 seeds"]
    row = scores.locator("tbody tr", has_text="PSNR").first
    image, mean = row.locator("td").all_inner_texts()
    assert image == "24.80"
    assert mean.startswith("29.85 ± ")


def test_the_trial_at_the_slider_is_among_the_images(report):
    report.select_option("#slider-content", "mse")
    report.focus("#lambda")
    for key, name in (("Home", "mse, λ 0, seed 0"), ("End", "mse, λ 0.01, seed 0")):
        report.keyboard.press(key)
        assert captions(report) == ["LR", "bicubic", "SRResNet", name, "HR"]
        figure = report.locator("#images figure", has_text=name)
        assert "at the λ slider" in figure.inner_text()
        assert figure.locator(".close").count() == 0
    report.click("#slider-pick")
    assert captions(report).count("mse, λ 0.01, seed 0") == 1
    report.locator("#images .close").click()
    assert captions(report) == ["LR", "bicubic", "SRResNet", "mse, λ 0.01, seed 0", "HR"]


def test_before_and_after_follows_the_slider_until_something_else_is_chosen(report):
    report.select_option("#slider-content", "mse")
    report.click("#mode-slide")
    report.focus("#lambda")
    for key, name in (("Home", "λ slider: mse, λ 0"), ("End", "λ slider: mse, λ 0.01")):
        report.keyboard.press(key)
        assert name in report.locator(".pair canvas").get_attribute("aria-label")
    report.select_option("#compare-second", "hr")
    report.focus("#lambda")
    report.keyboard.press("Home")
    assert report.input_value("#compare-second") == "hr"


def test_a_seed_that_stands_in_is_named(report):
    report.locator(STRONG).click()
    report.select_option("#image-choice", "second")
    report.select_option("#seed", "0")
    assert "mse, λ 0.01, seed 1" in captions(report)
    assert report.locator("#slider-caption").inner_text() == "second, mse, λ 0.01, seed 1"


def test_what_is_selected_is_shown_once_whatever_it_is(page_of):
    page = page_of(rows(2))
    for method in ("pair", "srresnet", "bicubic"):
        page.locator(f'.point[data-key^="{method}|"]').dispatch_event("click")
    page.get_by_role("button", name="srgan-s0", exact=True).click()
    assert "pair" not in captions(page)
    page.get_by_role("button", name="srgan-s0", exact=True).click()
    names = captions(page)
    assert sorted(names) == ["HR", "LR", "SRResNet", "bicubic", "c0, λ 0.001", "pair"]
    assert page.locator("#images .missing").count() == len(names)


def test_a_ninth_selection_says_what_it_takes_out(page_of):
    page = page_of(rows(9))
    points = page.locator('.point[data-key^="srgan|"]')
    for n in range(9):
        assert page.locator("#images-hint").inner_text() == ""
        points.nth(n).dispatch_event("click")
    said = page.locator("#images-hint").inner_text()
    assert said == "No more than 8 are compared at once: c0, λ 0.001 was taken out."


def test_an_image_that_cannot_be_read_says_so(watch, report_file, tmp_path):
    broken = re.sub(r'(data-picture="photos/hr/first">)[^<]+', r"\1AAAA", report_file.read_text())
    file = tmp_path / "broken.html"
    file.write_text(broken)
    page = watch(file.as_uri()).page
    figure = page.locator("#images figure", has_text="HR")
    figure.locator(".missing").wait_for()
    assert figure.inner_text().startswith("this image cannot be read")
    page.click("#mode-slide")
    page.select_option("#compare-first", "hr")
    page.locator(".pair .missing").wait_for()
    assert "One of the two images is not here." in page.locator(".pair").inner_text()


def rows(contents: int) -> list[ResultRow]:
    starts = [("bicubic", "bicubic"), ("srresnet", "srresnet-s0"), ("pair", "srgan-s0")]
    listed = [made(method, name, 20.0 + n) for n, (method, name) in enumerate(starts)]
    for n in range(contents):
        more = {"content": f"c{n}", "adv": 1e-3, "seed": 0}
        listed.append(made("srgan", f"c{n}-adv0.001-s0", 25.0 + n, **more))
    return listed


def made(method: str, name: str, psnr: float, **more: Any) -> ResultRow:
    scores = {"psnr_y": psnr, "lpips_alex": 0.01 * psnr}
    images = (ImageScore("first", scores),)
    return ResultRow(name, method, "pets", 1, 4, scores=scores, per_image=images, **more)
