from dataclasses import replace

from sweep.analysis.summary import scores_by_dataset
from sweep.tables.frames import results_frame
from sweep.tables.metric_file import MetricColumn
from sweep.visualization.figures.choice import choose_trials

METRICS = {
    "psnr_y": MetricColumn("psnr_y", "PSNR (Y)", "distortion", "full", True, "dB"),
    "lpips_alex": MetricColumn("lpips_alex", "LPIPS (AlexNet)", "distortion", "full", False, ""),
}


def _chosen(rows, places=5):
    trials = choose_trials(scores_by_dataset(results_frame(rows)), METRICS, places)
    return [trial.rsplit("-s0", 1)[0] for trial in trials]


def test_headline_and_its_control_lead_each_loss_sends_its_best_and_the_front_fills_up(usual):
    assert _chosen(usual.rows()) == [
        "mse-adv0.001",
        "vgg22-adv0",
        "vgg22-adv0.0001",
        "vgg22-adv0.001",
        "vgg54-adv0",
    ]


def test_a_point_of_the_front_is_sent_before_a_better_one_behind_it(usual):
    # At 28.64 dB vgg54 has a lower LPIPS than at 30.04 dB, where it is on the front.
    assert "vgg54-adv0" in _chosen(usual.rows(), places=4)


def test_the_headline_and_its_control_are_shown_before_all_others(usual, crowded):
    assert _chosen(usual.rows(), places=1) == ["vgg22-adv0.001"]
    assert _chosen(usual.rows(), places=2) == ["vgg22-adv0", "vgg22-adv0.001"]
    best, control = "vgg22-adv0.001", "vgg22-adv0"
    assert {best, control} <= set(_chosen(crowded.rows()))


def test_more_losses_than_places_keep_the_best(crowded):
    chosen = _chosen(crowded.rows())
    assert len(chosen) == 5
    assert not any(trial.startswith("mse-") for trial in chosen)


def test_failed_trials_and_other_data_sets_are_ignored(usual):
    other = replace(usual, dataset="set14", contents=("mse",)).rows()
    rows = replace(usual, diverged=(("vgg22", 1e-3),)).rows()
    assert "vgg22-adv0.001" not in _chosen([*rows, *other])
    assert _chosen([*rows, *other]) == _chosen(rows)


def test_without_scores_for_both_axes_the_first_trials_are_chosen(usual):
    rows = [replace(row, scores={"niqe": 8.0}) for row in usual.rows()]
    assert _chosen(rows) == ["mse-adv0", "vgg22-adv0", "vgg54-adv0"]


def test_a_single_loss_shows_its_whole_curve(usual):
    assert _chosen(replace(usual, contents=("mse",)).rows()) == [
        "mse-adv0",
        "mse-adv0.0001",
        "mse-adv0.001",
        "mse-adv0.01",
    ]


def test_nothing_trained_chooses_nothing(usual):
    assert _chosen([]) == []
    assert _chosen([row for row in usual.rows() if row.method != "srgan"]) == []


def test_unhealthy_trials_are_left_out(usual):
    best = "vgg22-adv0.001"
    assert best in _chosen(usual.rows())
    rows = [
        replace(row, health="colours shifted by 17.2 grey levels")
        if row.trial.startswith(f"{best}-")
        else row
        for row in usual.rows()
    ]
    assert best not in _chosen(rows)
    assert len(_chosen(rows)) == 5


def test_without_scores_for_both_axes_unhealthy_trials_are_left_out_too(usual):
    rows = [
        replace(row, scores={"niqe": 8.0}, health="grid" if row.adv == 0 else "")
        for row in usual.rows()
    ]
    assert _chosen(rows) == ["mse-adv0.0001", "vgg22-adv0.0001", "vgg54-adv0.0001"]


def test_what_the_srresnet_dominates_is_no_part_of_the_front(usual):
    worse = {"psnr_y": 29.0, "lpips_alex": 0.24, "niqe": 8.0}
    rows = [row for row in replace(usual, contents=("mse",)).rows() if row.adv in (None, 0.0)]
    rows.append(replace(rows[-1], trial="mse-adv2-s0", adv=2.0, scores={**worse, "psnr_y": 29.9}))
    assert _chosen(rows, places=1) == ["mse-adv0"]


def test_of_several_seeds_the_first_is_shown(usual):
    rows = [
        replace(row, scores={**row.scores, "lpips_alex": row.scores["lpips_alex"] - row.seed / 100})
        if row.method == "srgan"
        else row
        for row in replace(usual, seeds=(0, 1)).rows()
    ]
    trials = choose_trials(scores_by_dataset(results_frame(rows)), METRICS)
    assert all("-s0-" in trial for trial in trials)
