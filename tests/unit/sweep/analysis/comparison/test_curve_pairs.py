import json
from dataclasses import replace

import pytest

from srgan_core.errors import ConfigError
from sweep.analysis.comparison.operands import Operand
from sweep.analysis.comparison.pairs import compare
from sweep.analysis.comparison.report import Resampling
from sweep.visualization.printing.comparison import notes_of

QUICK = Resampling(resamples=300)
# Coefficient to (PSNR, LPIPS, NIQE) of a true tradeoff: every step buys on both other axes.
TRADEOFF = {
    0.0: (29.8, 0.230, 9.0),
    1e-4: (29.5, 0.210, 8.0),
    1e-3: (28.4, 0.190, 7.0),
    1e-2: (27.0, 0.170, 6.0),
}


@pytest.fixture
def tradeoff(usual):
    """Rows of one content loss, three seeds, in a true tradeoff; `shift` adds decibels."""

    def rows(shift=0.0, contents=("mse",), seeds=(0, 1, 2), values=TRADEOFF):
        # The made-up sweep takes 0.2 dB and 0.5 of NIQE off the first content loss.
        moved = {adv: (psnr + shift, lpips, niqe) for adv, (psnr, lpips, niqe) in values.items()}
        return replace(usual, contents=contents, seeds=seeds, values=moved).rows()

    return rows


def _compare(first, second, columns=(), names=("mse", "mse")):
    return compare(Operand(first, names[0]), Operand(second, names[1]), columns, QUICK)


def _found(report):
    return {found.name: found for found in report.comparisons}


def test_a_curve_is_ahead_on_every_axis_by_what_it_was_moved(copied, photographed, tradeoff):
    one = copied(photographed(tradeoff(0.6), noise=0.0001), "one")
    other = copied(photographed(tradeoff(), noise=0.0001), "two")
    report = _compare(one, other)
    found = _found(report)
    assert list(found) == [
        "psnr_y at equal niqe",
        "niqe at equal psnr_y",
        "psnr_y at equal lpips_alex",
        "lpips_alex at equal psnr_y",
    ]
    assert {c.result.verdict for c in found.values()} == {"better"}
    for column in ("niqe", "lpips_alex"):
        gap = found[f"psnr_y at equal {column}"]
        assert gap.result.difference == pytest.approx(0.6, abs=0.03)
        assert (gap.images, gap.seeds, gap.paired) == (12, (3, 3), True)
    along = found["psnr_y at equal niqe"].along
    assert (along.low, along.high) == pytest.approx((5.5, 8.5), rel=0.01)
    assert found["niqe at equal psnr_y"].result.difference < 0
    assert any("Bjøntegaard" in note for note in notes_of(report))
    assert "A: λ 0, 0.0001, 0.001, 0.01" in report.notes
    assert _compare(other, one).worse


def test_values_are_those_of_the_tables(copied, photographed, tradeoff):
    from sweep.tables.files import read_results

    folder = copied(photographed(tradeoff()))
    along = _found(_compare(folder, folder, ("niqe",)))["niqe at equal psnr_y"].along
    results = read_results(folder)
    means = results[results["method"] == "srgan"].groupby("adv")["psnr_y"].mean()
    assert (along.low, along.high) == pytest.approx((means.min(), means.max()), rel=1e-5)


def test_a_metric_of_choice_stands_against_psnr(copied, photographed, tradeoff):
    folder = copied(photographed(tradeoff()))
    assert list(_found(_compare(folder, folder, ("psnr_y", "ssim_y")))) == [
        "psnr_y at equal ssim_y",
        "ssim_y at equal psnr_y",
    ]
    with pytest.raises(ConfigError, match="expected psnr_y and a metric to stand against it"):
        _compare(folder, folder, ("psnr_y",))
    with pytest.raises(ConfigError, match="metric 'niqee' is unknown"):
        _compare(folder, folder, ("niqee",))


def test_other_seeds_are_left_out_or_drawn_apart(copied, photographed, tradeoff):
    one = copied(photographed(tradeoff()), "one")
    some = copied(photographed(tradeoff(seeds=(1, 2, 3))), "some")
    none = copied(photographed(tradeoff(seeds=(5, 6))), "none")
    report = _compare(one, some, ("niqe",))
    assert [(c.seeds, c.paired) for c in report.comparisons] == [((2, 2), True)] * 2
    assert "seed 0, 3 left out: one side lacks it" in report.notes
    report = _compare(one, none, ("niqe",))
    assert [(c.seeds, c.paired) for c in report.comparisons] == [((3, 2), False)] * 2


def test_against_the_interpolation(copied, photographed, tradeoff, interpolate):
    folder = copied(photographed(tradeoff(0.6), noise=0.0001))
    points = [(30.0, 0.235, 9.2), (28.5, 0.205, 7.7), (27.2, 0.170, 6.0)]
    interpolate(folder, 0, points=points)
    report = _compare(folder, folder, names=("mse", "interpolation"))
    assert {c.result.verdict for c in report.comparisons} == {"better"}
    assert [c.seeds for c in report.comparisons] == [(3, 1)] * 4
    assert "B: alpha 0, 0.5, 1" in report.notes
    assert any("a side with one seed" in note for note in notes_of(report))


def test_a_metric_that_the_interpolation_lacks_is_named(seeded, interpolate):
    interpolate(seeded, 0)
    with pytest.raises(ConfigError, match="psnr_y and ssim_y: 12 of 12 images left out"):
        _compare(seeded, seeded, ("ssim_y",), ("mse", "interpolation"))


def test_a_pair_of_axes_without_common_range_is_named_and_the_others_stand(
    copied, photographed, tradeoff
):
    far = {adv: (psnr, lpips + 0.3, niqe) for adv, (psnr, lpips, niqe) in TRADEOFF.items()}
    one = copied(photographed(tradeoff()), "one")
    other = copied(photographed(tradeoff(values=far)), "two")
    report = _compare(one, other)
    assert "psnr_y at equal lpips_alex" not in _found(report)
    assert len(report.comparisons) == 3
    (note,) = [note for note in report.notes if "no common range" in note]
    assert note.startswith("set5, psnr_y at equal lpips_alex: no common range: A has 0.1")


def test_curves_with_nothing_in_common_are_refused(copied, photographed, tradeoff):
    far = {adv: (psnr - 9, lpips + 0.3, niqe + 9) for adv, (psnr, lpips, niqe) in TRADEOFF.items()}
    one = copied(photographed(tradeoff()), "one")
    other = copied(photographed(tradeoff(values=far)), "two")
    with pytest.raises(ConfigError, match=r"niqe: no common range: A has .*, B .*; set5, niqe at"):
        _compare(one, other)


def test_two_coefficients_are_no_curve(copied, photographed, tradeoff):
    two = {adv: TRADEOFF[adv] for adv in (0.0, 1e-3)}
    one = copied(photographed(tradeoff()), "one")
    other = copied(photographed(tradeoff(values=two)), "two")
    with pytest.raises(
        ConfigError,
        match=r": set5, B: expected a curve of 3 λ or more, got λ 0, 0\.001; train more .*options$",
    ):
        _compare(one, other)


def test_what_was_left_out_of_a_curve_is_said(copied, photographed, tradeoff):
    rows = photographed(tradeoff())
    ill = [
        replace(row, health="colour shift") if row.trial.startswith("mse-adv0.0001-s2") else row
        for row in rows
    ]
    report = _compare(copied(ill, "one"), copied(rows, "two"), ("niqe",))
    assert "set5, A: λ 0.0001 left out: seed 2 is unhealthy (colour shift)" in report.notes
    assert "set5, A: λ 0, 0.001, 0.01" in report.notes
    assert report.comparisons


def test_images_without_values_in_both_metrics_are_left_out(copied, photographed, tradeoff):
    rows = photographed(tradeoff())
    place = next(index for index, row in enumerate(rows) if row.method == "srgan")
    first, *rest = rows[place].per_image
    blind = replace(first, scores={**first.scores, "niqe": float("nan")})
    rows[place] = replace(rows[place], per_image=(blind, *rest))
    report = _compare(copied(rows), copied(rows, "two"))
    assert {c.metric.column: c.images for c in report.comparisons}["niqe"] == 11
    assert any(n.startswith("set5, psnr_y and niqe: 1 of 12 images left out") for n in report.notes)


def test_points_that_are_no_tradeoff_are_named(seeded):
    report = _compare(seeded, seeded, ("niqe",), ("mse", "vgg22"))
    assert any(
        note.startswith("set5, niqe: no tradeoff at A's λ 0.0001, 0.001") for note in report.notes
    )


def test_test_sets_that_differ_are_refused(copied, photographed, tradeoff, usual):
    one = copied(photographed(tradeoff()), "one")
    two = copied(photographed(tradeoff()), "two")
    other = copied(photographed(replace(usual, dataset="set14").rows()), "other")
    with pytest.raises(ConfigError, match="score both on the same test set"):
        _compare(one, other)
    for folder, digest in ((one, "aa"), (two, "bb")):
        path = folder / "metrics.json"
        document = json.loads(path.read_text())
        document["datasets"] = {"set5": {"hr_sha256": {"im00": digest}}}
        path.write_text(json.dumps(document))
    with pytest.raises(ConfigError, match="set5: expected the same HR images"):
        _compare(one, two)


def test_nine_images_are_too_few_for_a_verdict(copied, photographed, tradeoff):
    folder = copied(photographed(tradeoff(), images=9))
    report = _compare(folder, folder)
    assert {c.result.verdict for c in report.comparisons} == {"test set too small"}
    assert report.too_small == ["set5"]
