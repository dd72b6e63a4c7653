import json
from dataclasses import replace

import pytest

from srgan_core.errors import ConfigError
from sweep.analysis.comparison.operands import Operand
from sweep.analysis.comparison.pairs import compare
from sweep.analysis.comparison.report import Resampling
from sweep.visualization.printing.comparison import notes_of

QUICK = Resampling(resamples=500)


def _verdicts(report):
    return {found.metric.column: found.result.verdict for found in report.comparisons}


def test_a_grid_point_stands_for_all_of_its_seeds(seeded):
    first, second = Operand(seeded, "mse@1e-2"), Operand(seeded, "mse@0")
    report = compare(first, second, ("psnr_y", "niqe"), QUICK)
    assert [found.seeds for found in report.comparisons] == [(3, 3), (3, 3)]
    assert all(found.paired and found.images == 12 for found in report.comparisons)
    assert _verdicts(report) == {"psnr_y": "worse", "niqe": "worse"}
    assert "same seeds for both" in notes_of(report)[0]


def test_values_are_those_of_the_tables(seeded):
    from sweep.analysis.summary import summary_frame
    from sweep.tables.files import read_results
    from sweep.tables.frames import records_of

    report = compare(Operand(seeded, "mse@0.001"), Operand(seeded, "bicubic"), (), QUICK)
    (record,) = [
        record
        for record in records_of(summary_frame(read_results(seeded)))
        if (record["content"], record["adv"]) == ("mse", 0.001)
    ]
    for found in report.comparisons:
        assert found.result.first == pytest.approx(record[found.metric.column], rel=1e-5)


def test_a_single_trial_says_nothing_about_another_seed(seeded):
    first, second = (Operand(seeded, f"{name}-adv0-s0-1a2b3c4d") for name in ("mse", "vgg22"))
    report = compare(first, second, ("psnr_y",), QUICK)
    assert report.comparisons[0].seeds == (1, 1)
    assert any("one seed each" in note for note in notes_of(report))


def test_a_method_without_seeds_is_compared_with_the_images_alone(seeded):
    report = compare(Operand(seeded, "bicubic"), Operand(seeded, "mse@0"), ("psnr_y",), QUICK)
    assert report.comparisons[0].seeds == (0, 3)
    assert not report.comparisons[0].paired
    assert report.comparisons[0].result.verdict == "worse"


def test_sweeps_are_compared_where_both_have_a_point(seeded, copied, photographed, usual):
    fewer = replace(usual, contents=("mse",), seeds=(0, 1, 2))
    other = copied(photographed(fewer.rows()))
    report = compare(Operand(seeded), Operand(other), ("psnr_y",), QUICK)
    points = [found.point for found in report.comparisons]
    assert points == ["srresnet", "mse@0", "mse@0.0001", "mse@0.001", "mse@0.01"]
    assert sum("hypervolume" in note for note in report.notes) == 4


def test_seeds_that_one_side_lacks_are_left_out_and_named(seeded, copied, photographed, usual):
    other = copied(photographed(replace(usual, seeds=(1, 2, 3)).rows()))
    report = compare(Operand(seeded, "mse@0"), Operand(other, "mse@0"), ("psnr_y",), QUICK)
    assert report.comparisons[0].seeds == (2, 2)
    assert report.comparisons[0].paired
    assert report.notes == ("seed 0, 3 left out: one side lacks it",)


def test_images_without_finite_values_in_both_are_left_out(seeded, copied, photographed, usual):
    rows = photographed(replace(usual, seeds=(0, 1, 2)).rows())
    place = next(index for index, row in enumerate(rows) if row.method == "srgan")
    first, *rest = rows[place].per_image
    equal = replace(first, scores={**first.scores, "psnr_y": float("inf")})
    rows[place] = replace(rows[place], per_image=(equal, *rest))
    other = copied(rows)
    report = compare(Operand(other, "mse@0"), Operand(seeded, "mse@0"), ("psnr_y",), QUICK)
    assert report.comparisons[0].images == 11
    assert "1 of 12 images left out" in report.notes[0]


def test_nine_images_are_too_few_for_a_verdict(copied, photographed, usual):
    folder = copied(photographed(usual.rows(), images=9), "few")
    report = compare(Operand(folder, "mse@0.01"), Operand(folder, "mse@0"), (), QUICK)
    assert set(_verdicts(report).values()) == {"test set too small"}
    assert report.too_small == ["set5"]
    assert report.worse == []


@pytest.mark.parametrize("side", ["HR", "LR"])
def test_other_photographs_under_one_name_are_refused(seeded, copied, photographed, usual, side):
    other = copied(photographed(usual.rows()))
    for folder, digest in ((seeded, "aa"), (other, "bb")):
        path = folder / "metrics.json"
        document = json.loads(path.read_text())
        document["datasets"] = {"set5": {f"{side.lower()}_sha256": {"im00": digest}}}
        path.write_text(json.dumps(document))
    with pytest.raises(ConfigError, match=rf"set5: expected the same {side} images in .* im00"):
        compare(Operand(seeded, "mse@0"), Operand(other, "mse@0"), (), QUICK)


def test_a_metric_of_a_whole_set_cannot_be_compared(seeded):
    path = seeded / "metrics.json"
    document = json.loads(path.read_text())
    document["metrics"][0]["aggregation"] = "set"
    path.write_text(json.dumps(document))
    pair = Operand(seeded, "mse@0"), Operand(seeded, "mse@0.01")
    assert "psnr_y" not in _verdicts(compare(*pair, (), QUICK))
    with pytest.raises(ConfigError, match="psnr_y: expected a metric with a value for every"):
        compare(*pair, ("psnr_y",), QUICK)


@pytest.mark.parametrize(
    ("first", "second", "columns", "message"),
    [
        ("mze@0", "bicubic", (), "method or curve 'mze@0' is unknown: .*did you mean 'mse@0'"),
        ("mse-adv0-s0-1a2b3c", "bicubic", (), "did you mean the trial 'mse-adv0-s0-1a2b3c4d'"),
        ("mse@0", "bicubic", ("niqee",), "metric 'niqee' is unknown: .*did you mean 'niqe'"),
        ("", "bicubic", (), "expected two sweeps or two methods, got one of each"),
        ("original", "mse@0", ("psnr_y",), "expected images and metrics that both were scored"),
    ],
)
def test_what_cannot_be_compared_is_refused(seeded, first, second, columns, message):
    with pytest.raises(ConfigError, match=message):
        compare(Operand(seeded, first), Operand(seeded, second), columns, QUICK)


def test_settings_are_compared_by_their_curves(store, rated):
    folder = store(rated)
    first, second = (Operand(folder, f"mse/learning_rate={rate}@1e-3") for rate in ("5e-5", "1e-4"))
    (found,) = compare(first, second, ("psnr_y",), QUICK).comparisons
    assert found.result.difference == pytest.approx(1)
    assert found.seeds == (3, 3)
    curves = (Operand(folder, f"mse/learning_rate={rate}") for rate in ("5e-5", "0.0001"))
    assert compare(*curves, (), QUICK).comparisons
    whole = compare(Operand(folder), Operand(folder), ("psnr_y",), QUICK)
    assert "mse/learning_rate=0.00005@0" in {each.point for each in whole.comparisons}
