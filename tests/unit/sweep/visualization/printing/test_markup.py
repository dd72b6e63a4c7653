from dataclasses import replace

import pytest

from srgan_core.errors import ConfigError
from sweep.tables.files import csv_text, read_results
from sweep.tables.metric_file import read_metrics
from sweep.tables.rows import ResultRow
from sweep.visualization.printing.markup import format_table


@pytest.fixture
def formatted(store):
    def write(rows, markup):
        folder = store(rows)
        return format_table(read_results(folder), read_metrics(folder), markup)

    return write


def test_csv_is_the_result_table_itself(formatted, store, usual):
    folder = store(usual.rows())
    assert formatted(usual.rows(), "csv") == (folder / "results.csv").read_text()
    assert csv_text(read_results(folder)) == (folder / "results.csv").read_text()


def test_markdown_marks_the_best_and_the_second(formatted, usual):
    text = formatted(usual.rows(), "markdown")
    assert "| **30.00** |" in text
    assert "| <ins>29.80</ins> |" in text
    header, rule = text.splitlines()[2:4]
    assert header.count("|") == rule.count("|")
    assert r"PSNR (Y) \[dB\] ↑" in header


def test_markdown_names_cannot_break_the_table(formatted):
    rows = [ResultRow("a", "a|b<script>*x*", "s_e_t", 5, 4, scores={"niqe": 8.0})]
    text = formatted(rows, "markdown")
    assert r"a\|b\<script\>\*x\*" in text
    assert r"s\_e\_t" in text


def test_latex_is_booktabs_with_marks_and_signs(formatted, usual):
    text = formatted(usual.rows(), "latex")
    for part in (r"\toprule", r"\midrule", r"\bottomrule", r"$\lambda$", r"$\uparrow$"):
        assert part in text
    assert r"\textbf{30.00}" in text
    assert r"\underline{29.80}" in text
    assert "$+$3.02" in text


def test_every_latex_row_has_as_many_cells_as_columns(formatted, usual):
    lines = formatted(usual.rows(), "latex").splitlines()
    (tabular,) = [line for line in lines if r"\begin{tabular}" in line]
    columns = len(tabular.rsplit("{", 1)[1].rstrip("}"))
    rows = [line for line in lines if line.endswith(r"\\")]
    assert {line.count(" & ") + 1 for line in rows} == {columns}


def test_latex_names_are_escaped(formatted):
    rows = [ResultRow("a", r"50%_a&b\c~", "$et", 5, 4, scores={"niqe": 8.0})]
    text = formatted(rows, "latex")
    assert r"50\%\_a\&b\textbackslash{}c\textasciitilde{}" in text
    assert r"\$et" in text


def test_an_unknown_format_names_the_known_ones(formatted, usual):
    with pytest.raises(ConfigError, match="format 'html' is unknown: csv, markdown, latex"):
        formatted(usual.rows(), "html")


def test_intervals_follow_their_means(formatted, usual):
    rows = replace(usual, seeds=(0, 1, 2)).rows()
    markdown = formatted(rows, "markdown")
    assert "| **30.03** ± 0.07 |" in markdown
    assert "± half of the 95% confidence interval of the mean over the seeds" in markdown
    latex = formatted(rows, "latex")
    assert r"\textbf{30.03} $\pm$ 0.07" in latex
    assert r"images. $\pm$ half of the 95\%" in latex.replace("image.", "images.")


def test_one_seed_has_no_note_about_intervals(formatted, usual):
    assert "±" not in formatted(usual.rows(), "markdown")


@pytest.mark.parametrize("markup", ["markdown", "latex"])
def test_lr_that_was_not_shrunk_alone_is_said(store, usual, markup):
    folder = store(usual.rows())
    tables = read_results(folder), read_metrics(folder)
    made = {"set5": "degraded: JPEG (quality 30)"}
    text = format_table(*tables, markup, low_resolution=made)
    assert "LR is degraded: JPEG (quality 30); bicubic enlarges that LR" in text
