import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from PIL import Image

from sweep.analysis.fronts import Front
from sweep.analysis.summary import scores_by_dataset
from sweep.errors import StoreError
from sweep.tables.curves import INTERPOLATION, interpolation_frame, path_frame
from sweep.tables.files import read_results, write_csv
from sweep.tables.metric_file import read_metrics
from sweep.tables.rows import ResultRow
from sweep.tables.tables import read_tables
from sweep.visualization.plots.overlays import MOST_PATHS
from sweep.visualization.plots.tradeoff import caption_lines, draw_tradeoff, panel_front


def _draw(folder):
    return draw_tradeoff(read_tables(folder))


def _front(results, metrics, column):
    return panel_front(scores_by_dataset(results)[0], metrics, column)


def test_the_chart_comes_as_png_and_svg(store, usual):
    folder = store(usual.rows())
    assert [path.name for path in _draw(folder)] == ["tradeoff.png", "tradeoff.svg"]
    with Image.open(folder / "tradeoff.png") as image:
        assert image.size == (1600, 960)
    assert ET.parse(folder / "tradeoff.svg").getroot().tag.endswith("svg")


def test_the_same_tables_give_the_same_bytes_in_another_process(store, usual, tmp_path):
    folder = store(usual.rows())
    first = [path.read_bytes() for path in _draw(folder)]
    settings = tmp_path / "matplotlibrc"
    settings.write_text("font.size: 20\naxes.grid: False\nsavefig.dpi: 50\n")
    script = (
        "import pathlib\n"
        "from sweep.tables.tables import read_tables\n"
        "from sweep.visualization.plots.tradeoff import draw_tradeoff\n"
        f"draw_tradeoff(read_tables(pathlib.Path({str(folder)!r})))"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path)
    assert [(folder / f"tradeoff.{suffix}").read_bytes() for suffix in ("png", "svg")] == first


def test_further_data_sets_get_their_own_charts(store, usual):
    other = replace(usual, dataset="my set").rows()
    names = [path.name for path in _draw(store([*usual.rows(), *other]))]
    assert names[2:] == ["tradeoff-my set.png", "tradeoff-my set.svg"]


def test_a_data_set_cannot_lead_out_of_the_folder(store, usual):
    other = replace(usual, contents=("mse",), dataset="../x").rows()
    folder = store([*usual.rows(), *other])
    assert {path.parent for path in _draw(folder)} == {folder}


def test_a_metric_that_was_not_measured_leaves_its_reason(store, usual):
    rows = [
        replace(row, scores={k: v for k, v in row.scores.items() if k != "niqe"})
        for row in usual.rows()
    ]
    folder = store(rows)
    _draw(folder)
    assert (folder / "tradeoff.png").stat().st_size > 10_000


def test_an_empty_panel_says_why(store, usual):
    folder = store(usual.rows())
    results, metrics = read_results(folder), read_metrics(folder)
    assert isinstance(_front(results, metrics, "niqe"), Front)
    assert "No dists in these tables" in _front(results, metrics, "dists")
    unmeasured = results.assign(niqe=float("nan"))
    assert _front(unmeasured, metrics, "niqe") == (
        "No NIQE on set5:\nits images are smaller than NIQE's blocks."
    )
    unscored = results.assign(lpips_alex=float("nan"))
    assert _front(unscored, metrics, "lpips_alex") == (
        "No image of set5 has a value of LPIPS (AlexNet) yet."
    )


def test_a_metric_that_was_not_asked_for_is_to_be_added(store, usual, describe):
    folder = store(usual.rows())
    describe(folder, ["psnr_y", "lpips_alex"])
    reason = _front(read_results(folder), read_metrics(folder), "niqe")
    assert reason == "No niqe in these tables:\nadd it with `sweep run --metrics`."


def test_the_title_says_what_is_shown_and_not_where_it_lies(store, usual):
    folder = store(usual.rows())
    _draw(folder)
    svg = ET.parse(folder / "tradeoff.svg")
    titles = {node.text for node in svg.iter() if node.tag.endswith("title")}
    assert titles == {"NIQE and LPIPS over PSNR on set5: what λ buys"}


def test_a_panel_without_a_pair_of_values_says_so(store):
    rows = [
        ResultRow("a", "srgan", "set5", 5, 4, adv=0.0, scores={"psnr_y": 28.0}),
        ResultRow("b", "srgan", "set5", 5, 4, adv=0.1, scores={"niqe": 8.0}),
    ]
    folder = store(rows)
    reason = _front(read_results(folder), read_metrics(folder), "niqe")
    assert reason == "Nothing has both PSNR (Y) and NIQE yet."


@pytest.mark.parametrize("kept", [("bicubic", "original"), ("original",), ("srresnet",)])
def test_a_sweep_without_finished_trials_still_has_a_chart(store, usual, kept):
    folder = store([row for row in usual.rows() if row.method in kept])
    assert _draw(folder)


def test_names_with_a_dollar_sign_are_no_formulas(store, usual):
    other = replace(usual, contents=("$\\frac{",), dataset="$x^2$")
    assert _draw(store(other.rows()))


def test_an_empty_table_is_refused(store):
    with pytest.raises(StoreError, match="no trial has been scored yet"):
        _draw(store([]))


def _caption(folder):
    return caption_lines(scores_by_dataset(read_results(folder))[0], read_tables(folder))


def test_the_caption_names_what_is_not_drawn_and_the_seeds(store, usual):
    rows = replace(usual, seeds=(0, 1), diverged=(("vgg54", 1e-2),)).rows()
    caption = " ".join(_caption(store(rows)))
    assert "Not drawn: vgg54 λ 0.01 seed 0 + 1 (diverged)." in caption
    assert "mean of up to 2 seeds" in caption


def test_a_long_caption_is_cut_and_says_so(store, crowded):
    every = tuple((content, adv) for content in crowded.contents for adv in crowded.values)
    lines = _caption(store(replace(crowded, diverged=every, seeds=(0, 1)).rows()))
    assert len(lines) == 4
    assert lines[3].endswith("and others, 20 in all: see results.csv.")


def test_the_caption_explains_niqe_below_hr(store, usual):
    rows = usual.rows()
    rows[-1] = replace(rows[-1], scores={**rows[-1].scores, "niqe": 5.0})
    assert "NIQE beyond HR's counts as equal to HR's." in " ".join(_caption(store(rows)))


def test_the_caption_says_whether_the_trials_beat_an_interpolation(store, usual):
    folder = store(usual.rows())
    ends: dict[str, object] = {"from": "srresnet-s0", "to": "mse-adv0.01-s0-1a2b3c4d"}
    ends["space"] = "weights"
    curve = [
        ends | {"dataset": "set5", "alpha": alpha, "images": 1, "psnr_y": x, "lpips_alex": 0.2}
        for alpha, x in ((0, 30.01), (0.5, 29.0), (1, 25.8))
    ]
    write_csv(interpolation_frame(curve), folder / INTERPOLATION)
    assert _caption(folder)[0] == (
        "Better than interpolation, which is free: LPIPS: 2 of 11 trials (29.5 to 29.8 dB), "
        "3 worse (26.0 to 28.2 dB)."
    )


def test_a_magnified_crowd_is_explained(store, usual):
    scores = scores_by_dataset(read_results(store(usual.rows())))[0]
    tables = read_tables(store(usual.rows()))
    assert "magnified" not in " ".join(caption_lines(scores, tables))
    assert "magnified" in " ".join(caption_lines(scores, tables, magnified=True))


def test_the_caption_says_where_paths_are_that_would_hide_the_points(store, usual):
    tables = read_tables(store(usual.rows()))
    steps = [
        {"trial": f"trial-{number}", "step": 10, "dataset": "set5"}
        | {"psnr_y": 29.9, "lpips_alex": 0.2, "niqe": 8.1}
        for number in range(MOST_PATHS + 1)
    ]
    (scores, *_) = scores_by_dataset(tables.results)
    for paths, is_said in ((steps[:-1], False), (steps, True)):
        caption = " ".join(caption_lines(scores, replace(tables, path=path_frame(paths))))
        assert ("The paths of 9 trials are in path.csv." in caption) == is_said


def test_the_caption_says_that_lr_was_not_shrunk_alone(store, usual):
    folder = store(usual.rows())
    tables = replace(read_tables(folder), low_resolution={"set5": "degraded: JPEG (quality 30)"})
    (scores, *_) = scores_by_dataset(tables.results)
    assert caption_lines(scores, tables)[0].startswith("LR is degraded: JPEG (quality 30); bicubic")
