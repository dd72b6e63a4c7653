"""The charts of the training logs can be read: a legend, whole ticks, words for what is shown."""

from __future__ import annotations

from typing import Any

LOOK = """(all) => all.map((p) => {
  const style = getComputedStyle(p);
  return [style.stroke, style.opacity, p.getAttribute("stroke-dasharray")].join(" ");
})"""


def test_the_legend_shows_every_line_as_it_is_drawn(report):
    legend = report.locator("#curve-legend > div")
    assert legend.locator("strong").all_inner_texts() == ["mse", "<script>alert(1)</script>"]
    names = [f"λ {adv}" for adv in ("0", "0.001", "0.01")]
    assert legend.first.locator("span").all_inner_texts() == names
    drawn = report.locator("#curves path.curve").evaluate_all(LOOK)
    shown = report.locator("#curve-legend path").evaluate_all(LOOK)
    assert set(drawn) == set(shown)
    # No two entries look alike, in grey neither.
    assert len({look.split(")", 1)[1] for look in shown}) == len(shown) == 6


def test_the_legend_follows_the_selection(report):
    report.locator('[data-key="srgan|mse|0.01|"]').click()
    assert report.locator("#curve-legend strong").all_inner_texts() == ["mse"]
    assert report.locator("#curve-legend span").all_inner_texts() == ["λ 0.01"]


def test_a_selection_without_a_log_is_said(report):
    report.locator('.point[data-key^="bicubic|"]').click()
    assert "the selected ones have no log" in report.locator("#curves .hint").inner_text()


def test_no_text_of_the_charts_is_cut(watch: Any, report_file: Any):
    for width in (390, 1300):
        page = watch(report_file.as_uri(), viewport={"width": width, "height": 900}).page
        cut = page.locator("#curves figure svg").evaluate_all(
            """(charts) => charts.flatMap((chart) => {
              const frame = chart.getBoundingClientRect();
              return [...chart.querySelectorAll("text")].filter((text) => {
                const box = text.getBoundingClientRect();
                return box.left < frame.left || box.right > frame.right
                  || box.top < frame.top || box.bottom > frame.bottom;
              }).map((text) => text.textContent);
            })"""
        )
        assert cut == []


def test_a_logarithmic_scale_says_what_it_leaves_out(report):
    report.check("#log-scale")
    assert "0 and below have no place" in report.locator("#curves .hint").inner_text()
