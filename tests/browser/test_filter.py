"""The filter of the page's tables: what it understands, and what it says of what it does not."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nosuch>1", "This table has no column nosuch. It has: trial, method, content, adv, "),
        ("mse nosuch = 1", "no column nosuch"),
        ("psnr_y>abc", "psnr_y holds numbers, and abc is none."),
        ("psnr_y>", "psnr_y> lacks a value."),
        ("status>1", "status holds text, which has = and != alone."),
    ],
)
def test_what_a_filter_cannot_mean_is_said(report, text, words):
    report.fill("#filter", text)
    assert words in report.locator("#filter-error").inner_text()
    assert report.get_attribute("#filter", "aria-invalid") == "true"
    assert report.locator("#row-count").inner_text().startswith("0 of ")
    assert report.is_disabled("#save-csv")
    report.fill("#filter", "")
    assert not report.locator("#filter-error").is_visible()
    assert report.get_attribute("#filter", "aria-invalid") == "false"
    assert report.is_enabled("#save-csv")


def test_a_column_of_the_other_table_is_none_of_this_one(report):
    report.fill("#filter", "steps>1")
    assert not report.locator("#filter-error").is_visible()
    report.click("#table-perImage")
    assert "no column steps" in report.locator("#filter-error").inner_text()


def test_words_that_no_row_holds_are_no_error_but_are_said(report):
    report.fill("#filter", "nowhere")
    assert report.locator("#filter-error").inner_text().startswith("No row passes")
    assert report.get_attribute("#filter", "aria-invalid") == "false"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("mse adv=0.01", 2),
        ("mse  adv  =  0.01", 2),
        ("mse λ==1e-2", 2),
        ("mse LPIPS_alex<0.2", 4),
        ('mse "PSNR_Y">29', 0),
        ("content=MSE seed!=1", 3),
        ("status!=done", 2),
        ("content=mse psnr_y=27.60", 1),
        ("niqe_minus_hr!=1", 0),
        ("<script>", 6),
    ],
)
def test_conditions_by_names_and_headings(report, text, rows):
    report.fill("#filter", text)
    assert report.locator("#row-count").inner_text().startswith(f"{rows} of ")
    assert report.locator("#table tbody tr").count() == rows


def test_every_heading_shows_the_name_that_the_filter_takes(report):
    heads = report.locator("#table thead th")
    for n in range(heads.count()):
        name = heads.nth(n).locator("button").get_attribute("id").removeprefix("sort-")
        assert name in heads.nth(n).inner_text().split()
        report.fill("#filter", f"{name}!=0")
        assert report.get_attribute("#filter", "aria-invalid") == "false"
