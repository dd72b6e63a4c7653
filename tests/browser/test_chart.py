"""The tradeoff chart where points crowd, on a phone, and whether its legend tells all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sweep.analysis.front_report import front_summary
from sweep.analysis.fronts import front_of
from sweep.analysis.summary import scores_by_dataset
from sweep.metrics.registry import METRICS
from sweep.tables.files import read_results
from sweep.tables.metric_file import MetricColumn
from sweep.tables.rows import ImageScore, ResultRow

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
COLUMNS = ("psnr_y", "lpips_alex", "niqe")

ADV = (0, 1e-4, 1e-3, 1e-2)
# Means of a sweep whose points crowd: content loss to PSNR and LPIPS of each coefficient.
CROWD = {
    "mse": ((26.153, 0.3674), (26.155, 0.3665), (26.153, 0.3546), (25.471, 0.3091)),
    "vgg16-22": ((25.941, 0.3209), (25.939, 0.3195), (25.879, 0.3087), (25.402, 0.3127)),
    "vgg16-53": ((26.002, 0.3323), (26.003, 0.3289), (25.888, 0.3005), (25.383, 0.3103)),
}


def row(method: str, scores: tuple[float, ...], **more: Any) -> ResultRow:
    values = dict(zip(COLUMNS, scores, strict=False))
    settings = {"trial": method, "dataset": "pets", "images": 12, "scale": 4} | more
    per_image = (ImageScore("first", values),)
    return ResultRow(method=method, scores=values, per_image=per_image, **settings)


def trial(content: str, adv: float, scores: tuple[float, ...], **more: Any) -> ResultRow:
    name = f"{content}-adv{adv:g}"
    return row("srgan", scores, trial=name, content=content, adv=adv, seed=0, **more)


def crowd(**more: Any) -> Iterator[ResultRow]:
    yield row("bicubic", (25.327, 0.5072), **more)
    yield row("srresnet", (26.493, 0.3737), trial="srresnet-s0", seed=0, **more)
    yield row("pair", (25.314, 0.2677), trial="srgan-s0", seed=0, **more)
    for content, points in CROWD.items():
        for adv, scores in zip(ADV, points, strict=True):
            yield trial(content, adv, scores, **more)


def close(away: float) -> list[ResultRow]:
    """Two of three points differ by so little LPIPS."""
    values = {0.0: 0.21, 1e-3: 0.21 - away, 1e-2: 0.16}
    psnr = {0.0: 29.8, 1e-3: 29.8, 1e-2: 27.5}
    return [trial("mse", adv, (psnr[adv], lpips)) for adv, lpips in values.items()]


def place_of(page: Any, key: str) -> tuple[float, float]:
    box = page.locator(f'.point[data-key="{key}"] .hit').bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def selected(page: Any) -> list[str]:
    return page.eval_on_selector_all(
        '.point[aria-pressed="true"]', "(points) => points.map((p) => p.dataset.key)"
    )


FIRST, SECOND = "srgan|mse|0|", "srgan|mse|0.001|"


def test_a_click_takes_the_nearest_of_two_points_that_lie_close(page_of):
    page = page_of(close(0.0013))
    places = {key: place_of(page, key) for key in (FIRST, SECOND)}
    assert 8 < abs(places[FIRST][1] - places[SECOND][1]) < 14
    for key, place in places.items():
        page.mouse.click(*place)
        assert selected(page) == [key]
        page.mouse.click(*place)
        assert selected(page) == []


def test_of_points_that_lie_over_one_another_each_can_be_chosen(page_of):
    page = page_of(close(0))
    assert place_of(page, FIRST) == place_of(page, SECOND)
    page.mouse.move(*place_of(page, FIRST))
    assert "mse, λ 0.001" in page.locator("#tooltip").inner_text()
    for key, name in ((FIRST, "mse, λ 0"), (SECOND, "mse, λ 0.001")):
        page.mouse.click(*place_of(page, FIRST))
        page.get_by_role("button", name=name, exact=True).click()
        assert key in selected(page)
        assert page.evaluate("document.activeElement.dataset.key") == key
    assert selected(page) == [FIRST, SECOND]


def test_the_choice_among_points_is_made_by_keyboard_or_left(page_of):
    page = page_of(close(0))
    page.mouse.click(*place_of(page, FIRST))
    assert page.locator("#chooser").is_visible()
    page.keyboard.press("Escape")
    page.locator("#chooser").wait_for(state="detached")
    assert selected(page) == []
    page.mouse.click(*place_of(page, FIRST))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert len(selected(page)) == 1


@pytest.mark.parametrize("key", [FIRST, "srgan|vgg16-53|0.01|", "pair|pair|null|srgan-s0"])
def test_on_a_phone_the_scores_do_not_cover_the_chart(page_of, key):
    page = page_of(crowd(), **PHONE)
    page.locator(f'.point[data-key="{key}"]').dispatch_event("click")
    page.locator(f'.point[data-key="{key}"]').focus()
    tooltip = page.locator("#tooltip").bounding_box()
    chart = page.locator("#chart svg").bounding_box()
    below = tooltip["y"] >= chart["y"] + chart["height"]
    assert below or tooltip["y"] + tooltip["height"] <= chart["y"]
    assert tooltip["x"] >= 0
    assert tooltip["x"] + tooltip["width"] <= 390


NEAREST = """() => {
  const points = [...document.querySelectorAll(".point")].map((p) => {
    const { e, f } = p.transform.baseVal[0].matrix;
    return { key: p.dataset.key, x: e, y: f };
  });
  const far = (b, p) => Math.hypot(
    Math.max(b.x - p.x, 0, p.x - b.x - b.width), Math.max(b.y - p.y, 0, p.y - b.y - b.height));
  return [...document.querySelectorAll("text[data-label]")].map((text) => {
    const box = text.getBBox();
    const own = points.find((p) => p.key === text.dataset.label);
    return [text.textContent, Math.min(...points.map((p) => far(box, p))) - far(box, own)];
  });
}"""


@pytest.mark.parametrize("width", [320, 390, 1400])
def test_every_label_is_nearer_to_its_own_point_than_to_any_other(page_of, width):
    page = page_of(crowd(), viewport={"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    labels = page.evaluate(NEAREST)
    assert len(labels) > 8
    # To half a pixel, the precision of a text's box.
    assert [text for text, nearer in labels if nearer < -0.5] == []
    unwritten = 16 - len(labels)
    assert (unwritten > 0) == ("No room for" in page.locator("#chart-note").inner_text())


def test_the_knee_and_the_area_are_those_of_the_analysis(page_of, tmp_path):
    page = page_of(crowd())
    (scores,) = scores_by_dataset(read_results(tmp_path))
    front = front_of(scores, *(MetricColumn.of(METRICS[c]) for c in ("psnr_y", "lpips_alex")))
    assert front.knee == "vgg16-53@0.001"
    rings = page.locator("#chart .point:has(.knee)")
    assert rings.evaluate_all("(all) => all.map((p) => p.dataset.key)") == ["srgan|vgg16-53|0.001|"]
    assert front_summary(front)[1:] in page.locator("#chart-note").inner_text()
    page.select_option("#axis-x", "adv")
    assert page.locator("#chart .knee").count() == 0


def test_the_legend_has_what_is_drawn_and_nothing_else(page_of):
    page = page_of(crowd())
    entries = page.locator("#legend > span").all_inner_texts()
    assert entries == [
        *CROWD,
        *("λ = 0, no adversary", "Pareto front", "dominated", "knee of the front"),
        "at the λ slider",
    ]
    page.select_option("#axis-x", "adv")
    assert page.locator("#legend > span").all_inner_texts() == [
        *CROWD,
        *("λ = 0, no adversary", "at the λ slider"),
    ]


def test_a_selected_point_and_a_missing_control_show_in_the_legend(page_of):
    page = page_of([trial("mse", adv, (29 - adv, 0.2 - adv)) for adv in (1e-3, 1e-2)])
    page.locator(f'.point[data-key="{SECOND}"]').click()
    legend = page.locator("#legend").inner_text()
    assert "selected" in legend
    assert "no adversary" not in legend


def test_published_results_have_a_legend_and_their_sources(page_of):
    page = page_of(crowd(dataset="set5"))
    assert "published" not in page.locator("#legend").inner_text()
    page.check("#show-published")
    count = page.locator("#chart .published").count()
    assert ("published elsewhere" in page.locator("#legend").inner_text()) == (count > 0)
    note = page.locator("#chart-note").inner_text()
    # Whatever the axes hold, each one is named with its source and its place.
    assert "leftthomas" in note
    assert "SPSR" in note
    assert "Beyond these axes: " in note


def test_a_published_result_within_the_axes_stands_in_the_legend(page_of):
    ends = ((0.0, (30.0, 0.14)), (1e-3, (31.0, 0.13)))
    page = page_of([trial("mse", adv, scores, dataset="set5") for adv, scores in ends])
    page.check("#show-published")
    marks = page.locator("#chart .published")
    assert marks.evaluate_all("(all) => all.map((m) => m.ariaLabel)") != []
    assert "published elsewhere" in page.locator("#legend").inner_text()


def test_too_few_images_are_warned_of(page_of, report):
    assert "photos has 2 images, fewer than 10" in report.locator("#cautions").inner_text()
    assert "NIQE" in report.locator("#cautions").inner_text()
    assert not page_of(crowd()).locator("#cautions").is_visible()


def test_a_coefficient_has_no_more_digits_than_tell_it_apart(page_of):
    page = page_of([trial("mse", adv, (29 - adv, 0.2)) for adv in (1e-4, 10**-3.5, 1e-3)])
    assert "0.0003162" in page.locator("#lambda-ticks").inner_text().split()
    cells = page.locator("#table tbody td").all_inner_texts()
    assert "0.0003162" in cells
    assert not any("0.000316227" in cell for cell in cells)
    page.fill("#filter", "adv=0.0003162")
    assert page.locator("#table tbody tr").count() == 1
    page.select_option("#axis-x", "adv")
    assert "0.0003162" in page.locator("#chart .grid text").all_text_contents()


def test_one_setting_of_a_further_axis_can_be_looked_at_alone(page_of):
    rates = {"0.00005": 5e-5, "0.0001": 1e-4}
    rows = [
        row(
            "srgan",
            (29 - 10 * adv - place, 0.2 - adv),
            trial=f"mse-adv{adv:g}-{rate}",
            content="mse",
            adv=adv,
            seed=0,
            axes={"adversarial.learning_rate": value},
        )
        for place, (rate, value) in enumerate(rates.items())
        for adv in (0, 1e-2)
    ]
    page = page_of([*rows, row("bicubic", (25.0, 0.4))])
    points = page.locator(".point")
    assert points.count() == 5
    assert page.locator("#legend").inner_text().count("learning_rate=") == 2
    page.select_option("#only-learning_rate", "0.0001")
    keys = page.eval_on_selector_all(".point", "(points) => points.map((p) => p.dataset.key)")
    assert len(keys) == 3
    assert not any("0.00005" in key for key in keys)
    assert "2 points of other settings left out" in page.locator("#chart-note").inner_text()
    page.fill("#filter", "learning_rate<=5e-5")
    assert page.locator("#row-count").inner_text() == "2 of 5 rows"
