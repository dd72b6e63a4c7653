from random import Random

import pytest

from sweep.analysis.summary import summary_frame
from sweep.tables.columns import extra_metrics, image_columns, result_columns, summary_columns
from sweep.tables.files import csv_text
from sweep.tables.frames import per_image_frame, records_of, results_frame
from sweep.tables.rows import ImageScore, ResultRow


def _row(trial: str, **more: object) -> ResultRow:
    values = {"method": "srgan", "dataset": "set5", "images": 5, "scale": 4, **more}
    return ResultRow(trial=trial, **values)


def test_rows_are_sorted_as_readers_expect():
    rows = [
        _row("z-set14", dataset="set14", method="bicubic"),
        _row("original", method="original"),
        _row("theirs", method="theirs"),
        _row("c", content="vgg54", adv=0.001, seed=0),
        _row("b", content="vgg54", adv=0.0001, seed=1),
        _row("a", content="vgg54", adv=0.0001, seed=0),
        _row("d", content="mse", adv=0.0, seed=0),
        _row("srresnet-s0", method="srresnet", seed=0),
        _row("bicubic", method="bicubic"),
    ]
    assert results_frame(rows)["trial"].tolist() == [
        "z-set14",
        *("bicubic", "srresnet-s0", "a", "b", "c", "d", "theirs", "original"),
    ]


def test_the_order_in_which_trials_end_changes_nothing(usual):
    rows = usual.rows()
    firsts = [row for row in rows if row.adv in (None, 0.0)]
    others = [row for row in rows if row not in firsts]
    shuffled = firsts + Random(0).sample(others, len(others))
    assert csv_text(results_frame(shuffled)) == csv_text(results_frame(rows))


def test_columns_are_typed_and_absent_values_are_missing():
    frame = results_frame([_row("bicubic", method="bicubic", scores={"psnr_y": 28.4})])
    assert tuple(frame.columns) == result_columns()
    (record,) = records_of(frame)
    assert record["psnr_y"] == 28.4
    assert record["content"] == ""
    assert record["images"] == 5
    assert record["seed"] is None
    assert record["niqe"] is None


def test_metrics_beyond_the_usual_ones_get_columns():
    frame = results_frame([_row("a", scores={"dists": 0.2})])
    assert tuple(frame.columns) == result_columns(["dists"])


def test_only_a_table_that_holds_a_cost_has_columns_for_it():
    theirs = _row("theirs", method="theirs", parameters=16_697_987, megapixel_seconds=2.345678)
    frame = results_frame([_row("bicubic", method="bicubic"), theirs])
    assert tuple(frame.columns) == (*result_columns(), "parameters", "megapixel_seconds")
    assert csv_text(frame).splitlines()[2].endswith(",16697987,2.34568")
    assert extra_metrics(frame.columns) == ()


def test_images_have_their_own_rows():
    images = (ImageScore("baby", {"psnr_y": 31.8}), ImageScore("bird", {"psnr_y": 30.2}))
    frame = per_image_frame([_row("a", content="mse", adv=0.001, seed=0, per_image=images)])
    assert tuple(frame.columns) == image_columns()
    assert frame["image"].tolist() == ["baby", "bird"]
    assert frame["psnr_y"].tolist() == [31.8, 30.2]
    assert set(frame["trial"]) == {"a"}


def test_seeds_are_averaged():
    rows = [
        _row(f"a{seed}", content="mse", adv=0.001, seed=seed, scores={"psnr_y": 28.0 + seed})
        for seed in (0, 1)
    ]
    frame = summary_frame(results_frame(rows))
    assert tuple(frame.columns) == summary_columns()
    (record,) = records_of(frame)
    assert (record["seeds"], record["psnr_y"]) == (2, 28.5)


def test_a_mean_over_seeds_has_students_interval():
    rows = [
        _row(f"a{seed}", content="mse", adv=0.001, seed=seed, scores={"psnr_y": value})
        for seed, value in enumerate((28.0, 28.3, 28.6))
    ]
    (record,) = records_of(summary_frame(results_frame(rows)))
    assert record["psnr_y_ci95"] == pytest.approx(4.302653 * 0.3 / 3**0.5)
    assert record["niqe_ci95"] is None
    (record,) = records_of(summary_frame(results_frame(rows[:1])))
    assert record["psnr_y_ci95"] is None


def test_a_column_that_one_seed_lacks_has_no_mean():
    scores = ({"psnr_y": 30.0, "niqe": 5.0}, {"psnr_y": 20.0})
    rows = [
        _row(f"a{seed}", content="mse", adv=0.001, seed=seed, scores=known)
        for seed, known in enumerate(scores)
    ]
    (record,) = records_of(summary_frame(results_frame(rows)))
    assert (record["seeds"], record["psnr_y"], record["niqe"]) == (2, 25.0, None)


def test_one_unhealthy_seed_marks_its_mean():
    rows = [
        _row(f"a{seed}", content="mse", adv=0.001, seed=seed, health=reason)
        for seed, reason in enumerate(("", "grid"))
    ]
    (record,) = records_of(summary_frame(results_frame(rows)))
    assert record["health"] == "seed 1: grid"
    (record,) = records_of(summary_frame(results_frame(rows[1:])))
    assert record["health"] == "grid"


def test_failed_trials_are_left_out_of_means_and_counted_out():
    good = _row("a0", content="mse", adv=0.001, seed=0, scores={"psnr_y": 28.0})
    bad = _row("a1", content="mse", adv=0.001, seed=1, status="failed")
    (record,) = records_of(summary_frame(results_frame([good, bad])))
    assert (record["seeds"], record["psnr_y"]) == (1, 28.0)
    (record,) = records_of(summary_frame(results_frame([bad])))
    assert (record["seeds"], record["psnr_y"]) == (0, None)


def test_a_method_without_seeds_has_no_number_of_seeds():
    frame = results_frame([_row("bicubic", method="bicubic", scores={"psnr_y": 28.4})])
    (record,) = records_of(summary_frame(frame))
    assert record["seeds"] is None


def test_no_rows_give_an_empty_table_with_its_header():
    assert csv_text(results_frame([])) == ",".join(result_columns()) + "\n"


RATE, SCHEDULE = "adversarial.learning_rate", "adversarial.schedule"


def test_a_further_axis_is_a_column_of_every_table_and_sorts_before_the_coefficient():
    rows = [
        _row("d", content="mse", adv=0.0, seed=0, axes={RATE: 1e-3, SCHEDULE: "cosine"}),
        _row("b", content="mse", adv=0.1, seed=0, axes={RATE: 1e-4, SCHEDULE: "cosine"}),
        _row("c", content="mse", adv=0.0, seed=0, axes={RATE: 1e-4, SCHEDULE: "constant"}),
        _row("a", content="mse", adv=0.0, seed=0, axes={RATE: 1e-4, SCHEDULE: "cosine"}),
        _row("bicubic", method="bicubic"),
    ]
    frame = results_frame(rows)
    assert frame["trial"].tolist() == ["bicubic", "a", "b", "c", "d"]
    assert tuple(frame.columns) == result_columns(axes=(RATE, SCHEDULE))
    assert csv_text(frame).splitlines()[2].startswith("a,srgan,mse,0,0,,4,set5,0.0001,cosine,5,")
    assert summary_frame(frame).columns.tolist()[6:8] == [RATE, SCHEDULE]
    assert tuple(per_image_frame(rows).columns) == image_columns(axes=(RATE, SCHEDULE))


def test_settings_are_not_averaged_with_each_other(rated):
    summary = records_of(summary_frame(results_frame(rated)))
    trials = [mean for mean in summary if mean["method"] == "srgan"]
    assert len(trials) == 2 * 2 * 4
    assert {mean["seeds"] for mean in trials} == {3}
    first, second = (
        next(m for m in trials if (m["content"], m["adv"], m[RATE]) == ("mse", 0.0, rate))
        for rate in (5e-5, 1e-4)
    )
    assert first["psnr_y"] - second["psnr_y"] == pytest.approx(1)
