from dataclasses import replace
from pathlib import Path

import pytest

from sweep.analysis.comparison.curves import line_curves, named_lines, sweep_lines
from sweep.analysis.comparison.methods import read_tables

KEY = ("set5", 4)
EVERYWHERE = ("0", "0.0001", "0.001", "0.01")


def _curve(folder, name="mse"):
    tables = read_tables(folder)
    return line_curves(tables, sweep_lines(tables)[name])[KEY]


@pytest.fixture
def changed(copied, photographed, usual):
    """Writes a folder of three seeds with some of its trials changed."""

    def write(change, trials):
        rows = photographed(replace(usual, seeds=(0, 1, 2)).rows())
        return copied([change(r) if r.trial.startswith(tuple(trials)) else r for r in rows])

    return write


def _unscored(status):
    return lambda row: replace(row, status=status, scores={}, per_image=())


def test_all_coefficients_of_a_content_loss_are_one_curve(seeded):
    curve = _curve(seeded)
    assert (tuple(curve.points), curve.seeds, curve.remarks) == (EVERYWHERE, (0, 1, 2), ())
    assert list(sweep_lines(read_tables(seeded))) == ["mse", "vgg22", "vgg54"]


def test_values_are_those_of_each_point(seeded):
    curve = _curve(seeded)
    images = curve.images(("psnr_y", "niqe"))
    values = curve.values("psnr_y", images, (0, 2))
    assert values.shape == (4, 2, 12)
    rows = curve.points["0.001"].rows
    one = rows[(rows["seed"] == 2) & (rows["image"] == images[3])]["psnr_y"]
    assert values[2, 1, 3] == one.item()


def test_each_start_has_its_own_curve_where_there_are_several():
    row = {"method": "srgan", "content": "mse", "adv": 0.0, "seed": 0}
    rows = [{**row, "start": start} for start in ("srresnet", "srgan", "srgan")]
    rows.append({**row, "content": "vgg22", "start": "srgan"})
    found = {name: len(line) for name, line in named_lines(rows).items()}
    assert found == {"mse/srresnet": 1, "mse/srgan": 2, "vgg22/srgan": 1}


@pytest.mark.parametrize("lacking", ["adv", "seed"])
def test_a_trial_without_a_place_in_the_grid_is_on_no_curve(lacking):
    row = {"method": "srgan", "content": "mse", "adv": 0.0, "seed": 0, "start": "srresnet"}
    assert named_lines([{**row, lacking: None}]) == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda r: replace(r, health="colour shift 9"), "seed 1 is unhealthy (colour shift 9)"),
        (_unscored("diverged"), "seed 1 diverged"),
    ],
)
def test_a_point_with_an_unfit_seed_is_left_out_as_a_whole(changed, change, reason):
    curve = _curve(changed(change, ["mse-adv0.01-s1"]))
    assert tuple(curve.points) == EVERYWHERE[:3]
    assert curve.seeds == (0, 1, 2)
    assert curve.remarks == (f"λ 0.01 left out: {reason}",)


def test_a_seed_that_is_not_scored_everywhere_is_left_out(changed):
    curve = _curve(changed(_unscored("failed"), ["mse-adv0.01-s1"]))
    assert tuple(curve.points) == EVERYWHERE
    assert curve.seeds == (0, 2)
    assert curve.remarks == ("seed 1 left out: not scored at every λ",)
    assert curve.values("niqe", curve.images(["niqe"]), curve.seeds).shape == (4, 2, 12)


def test_a_trial_without_scores_of_single_images_is_not_scored(changed):
    curve = _curve(changed(lambda row: replace(row, per_image=()), ["mse-adv0.01-s1"]))
    assert curve.seeds == (0, 2)


def test_a_point_that_nobody_scored_is_left_out(changed):
    curve = _curve(changed(_unscored("pending"), ["mse-adv0.01"]))
    assert tuple(curve.points) == EVERYWHERE[:3]
    assert curve.remarks == ("λ 0.01 left out: not scored",)


def test_a_curve_that_is_too_short_says_what_there_is_and_what_to_run(changed):
    curve = _curve(changed(_unscored("pending"), ["mse-adv0.0"]))
    assert curve.shortage(Path("here")) == (
        "expected a curve of 3 λ or more, got λ 0; train more with `sweep run --out here "
        "--adv 0,1e-4,1e-3,1e-2` and the sweep's other options"
    )


def test_a_curve_of_nothing_says_so(changed):
    curve = _curve(changed(_unscored("failed"), ["mse"]))
    assert "got no λ; train more" in curve.shortage(Path("here"))


def test_three_points_are_a_curve(changed):
    curve = _curve(changed(_unscored("pending"), ["mse-adv0.01"]))
    assert curve.shortage(Path("here")) == ""


def test_images_have_values_at_every_point(changed):
    def lacking(row):
        first, *rest = row.per_image
        return replace(row, per_image=(replace(first, scores={"psnr_y": 30.0}), *rest))

    curve = _curve(changed(lacking, ["mse-adv0.01-s1"]))
    assert len(curve.images(["psnr_y"])) == 12
    assert len(curve.images(["psnr_y", "niqe"])) == 11
    assert len(curve.all_images) == 12
