"""The images of the report in a real browser: what their pixels are, and how they are moved."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

MSE_STRONG = '[data-key="srgan|mse|0.01|"]'


def settled(page: Any) -> None:
    """Waits until every image that is on the page has been decoded and drawn."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('canvas.pane')].every((c) => c.dataset.ready)"
    )
    page.evaluate(
        "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(() => go())))"
    )


def pixels(page: Any, selector: str) -> np.ndarray[Any, Any]:
    """The canvas as the browser drew it, (height, width, 4)."""
    url = page.eval_on_selector(selector, "(canvas) => canvas.toDataURL('image/png')")
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
        return np.asarray(image.convert("RGBA"))


def test_the_slider_moves_image_and_point(report):
    report.select_option("#slider-content", "mse")
    report.focus("#lambda")
    report.keyboard.press("Home")
    settled(report)
    assert report.locator('[data-key="srgan|mse|0|"] .ring').count() == 1
    before = pixels(report, "#slider-image")
    report.keyboard.press("End")
    settled(report)
    assert report.locator(f"{MSE_STRONG} .ring").count() == 1
    assert report.evaluate("document.activeElement.id") == "lambda"
    assert not np.array_equal(before, pixels(report, "#slider-image"))


def test_beyond_100_percent_every_pixel_is_a_block_of_its_own_colour(report, sweep_folder):
    report.click('[data-zoom="4"]')
    settled(report)
    drawn = pixels(report, 'canvas[data-source="hr"]')[..., :3]
    with Image.open(sweep_folder / "reference/photos/hr/first.png") as image:
        whole = np.kron(np.asarray(image), np.ones((4, 4, 1), dtype=np.uint8))
    # The pane shows the middle, to the nearest screen pixel.
    top, left = ((w - d) // 2 for w, d in zip(whole.shape, drawn.shape[:2], strict=False))
    parts = [
        whole[y : y + drawn.shape[0], x : x + drawn.shape[1]]
        for y in (top, top + 1)
        for x in (left, left + 1)
    ]
    assert min(drawn.shape[:2]) > 100
    assert any(np.array_equal(part, drawn) for part in parts)


def test_wheel_drag_and_keys_move_all_images_together(report):
    settled(report)
    pane = report.locator('#images canvas[data-source="hr"]')
    pane.scroll_into_view_if_needed()
    pane.hover()
    for _ in range(3):
        report.mouse.wheel(0, -100)
    report.wait_for_function("() => parseInt(document.querySelector('#zoom-level').value) >= 600")
    settled(report)
    level = report.locator("#zoom-level").inner_text()
    selectors = [f'#images canvas[data-source="{name}"]' for name in ("hr", "bicubic", "lr")]
    before = {selector: pixels(report, selector) for selector in selectors}
    box = pane.bounding_box()
    report.mouse.move(box["x"] + 60, box["y"] + 60)
    report.mouse.down()
    report.mouse.move(box["x"] + 20, box["y"] + 30, steps=3)
    report.mouse.up()
    settled(report)
    for selector, image in before.items():
        moved = pixels(report, selector)
        assert not np.array_equal(image, moved)
        # The picture follows the pointer: 40 pixels to the left and 30 up.
        assert np.array_equal(image[30:, 40:], moved[:-30, :-40])
    pane.focus()
    report.keyboard.press("0")
    settled(report)
    assert report.locator("#zoom-level").inner_text() != level


def test_before_and_after_by_divider_and_by_keyboard(report):
    report.click("#mode-slide")
    report.select_option("#compare-first", "hr")
    report.select_option("#compare-second", "bicubic")
    settled(report)
    canvas = ".pair canvas"
    middle = pixels(report, canvas)
    report.focus("#split")
    report.keyboard.press("Home")
    settled(report)
    right_only = pixels(report, canvas)
    report.keyboard.press("End")
    settled(report)
    left_only = pixels(report, canvas)
    half = middle.shape[1] // 2
    assert np.array_equal(middle[:, : half - 2], left_only[:, : half - 2])
    assert np.array_equal(middle[:, half + 2 :], right_only[:, half + 2 :])
    assert not np.array_equal(left_only[:, half:], right_only[:, half:])
    box = report.locator(canvas).bounding_box()
    level = box["y"] + box["height"] - 40
    report.mouse.move(box["x"] + box["width"] - 2, level)
    report.mouse.down()
    report.mouse.move(box["x"] + box["width"] * 0.3, level, steps=4)
    report.mouse.up()
    assert float(report.input_value("#split")) == pytest.approx(30, abs=1)


def test_the_difference_is_that_of_the_files(report, sweep_folder):
    report.click("#mode-difference")
    report.select_option("#compare-first", "hr")
    report.select_option("#compare-second", "bicubic")
    report.select_option("#gain", "1")
    settled(report)
    files = [
        np.asarray(Image.open(sweep_folder / "reference/photos" / name / "first.png")).astype(int)
        for name in ("hr", "bicubic")
    ]
    mean = np.abs(files[0] - files[1]).mean()
    assert f"difference {mean:.3f}" in report.locator("#difference-mean").inner_text()
    report.select_option("#compare-second", "hr")
    settled(report)
    assert "difference 0.000" in report.locator("#difference-mean").inner_text()


def test_a_missing_image_says_so(report):
    report.locator(MSE_STRONG).click()
    report.select_option("#image-choice", "second")
    report.select_option("#seed", "0")
    settled(report)
    figure = report.locator("#images figure", has_text="mse, λ 0.01")
    # Seed 0 has no such image, so that of seed 1 stands in.
    assert figure.locator("canvas").get_attribute("data-source") == "mse-adv0.01-s1"


def test_images_have_words(report):
    settled(report)
    labels = report.locator("canvas").evaluate_all("(all) => all.map((c) => c.ariaLabel)")
    assert labels
    assert all("first" in label for label in labels)
    assert any("PSNR" in label for label in labels)
