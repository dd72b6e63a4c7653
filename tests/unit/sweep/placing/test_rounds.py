"""A decision is recorded before its trials begin, so that a run that goes on decides the same."""

from collections import Counter

import pytest

from sweep.placing.rounds import account_of, place_next
from sweep.store.states import Method


def run(sweep, jobs=1, rounds=99, **changes):
    """Places and scores until nothing more is placed; how the run went on."""
    plan = sweep.plan(**changes)
    sweep.score(plan)
    while rounds and (placed := place_next(sweep.store, plan, jobs, sweep.told.append)):
        plan, rounds = placed, rounds - 1
        sweep.score(plan)
    return plan


def test_trials_end_at_the_number_that_is_asked_for(scored):
    sweep = scored()
    plan = run(sweep)
    assert len(plan.asked) == 6
    assert sorted(trial.adv for trial in plan.asked) == sorted(
        [0.0, 1e-4, 1.0, *(adv for _, adv in sweep.placed())]
    )
    assert sweep.placed()[0] == ("mse", 1e-2)
    assert account_of(sweep.store, plan)[0] == (
        "trials of each curve: mse 6; at most 6 were allowed"
    )
    assert plan.unplaced(sweep.store) == plan.most_further_trials(sweep.store) == 0


def test_every_new_trial_is_told_of_with_its_reason(scored):
    sweep = scored()
    plan = run(sweep, rounds=1)
    (event,) = sweep.told
    assert (event.kind, event.job) == ("placed", plan.asked[2].name)
    assert event.fields["message"].startswith("lambda 0.01 placed between 0.0001 and 1, ")


def test_a_run_that_was_killed_after_any_decision_goes_on_to_the_same_trials(scored):
    whole = scored(name="whole")
    run(whole, trials=7)
    for rounds in (0, 2):
        killed = scored(name=f"killed-{rounds}")
        plan = run(killed, rounds=rounds, trials=7)
        # Decided and recorded; none of its trials began.
        place_next(killed.store, plan, 1, killed.told.append)
        resumed = killed.plan(7)
        decided = {trial.name for trial in resumed.asked}
        assert {trial.name for trial in plan.asked} <= decided
        again = run(killed, jobs=2, trials=7)
        assert killed.store.read_placements() == whole.store.read_placements()
        assert decided <= {trial.name for trial in again.asked}


def test_as_many_are_placed_at_once_as_the_first_run_had_jobs(scored):
    sweep = scored()
    run(sweep, jobs=3, rounds=1, trials=9)
    assert [len(each.points) for each in sweep.store.read_placements().decisions] == [3]
    run(sweep, jobs=1, trials=9)
    assert [len(each.points) for each in sweep.store.read_placements().decisions] == [3, 3]


def test_a_coefficient_costs_a_trial_for_each_seed(scored):
    def noisy(trial):
        # Each seed lies elsewhere, and all of them move alike.
        share = trial.adv / (trial.adv + 1e-2)
        return 30 - 2 * share + trial.seed, 0.3 - 0.2 * share + 1e-3 * trial.seed * share

    sweep = scored(noisy)
    plan = run(sweep, jobs=2, trials=14, grid__seeds=[0, 1, 2])
    assert len(sweep.placed()) == 1
    assert Counter(trial.seed for trial in plan.asked) == {0: 4, 1: 4, 2: 4}


def test_where_all_neighbours_are_within_noise_it_ends_before(scored):
    def noise(trial):
        return 30 + (hash((trial.adv, trial.seed)) % 7) / 10, 0.3

    sweep = scored(noise)
    plan = run(sweep, trials=90, grid__seeds=[0, 1])
    assert len(sweep.placed()) < 10
    assert sweep.store.read_placements().is_settled
    assert plan.most_further_trials(sweep.store) == 0
    assert (
        "no gap is left to place in: its neighbours are within noise"
        in (account_of(sweep.store, plan)[1])
    )
    before = sweep.store.read_placements()
    run(sweep, trials=90, grid__seeds=[0, 1])
    assert sweep.store.read_placements() == before


def test_where_one_content_diverges_the_others_go_on(scored):
    def broken(trial):
        share = trial.adv / (trial.adv + 1e-2)
        is_broken = trial.content == "vgg16-22" and trial.adv > 0
        return None if is_broken else (30 - 2 * share, 0.3 - 0.2 * share)

    sweep = scored(broken)
    plan = run(sweep, trials=9, grid__content=["vgg16-22", "mse"])
    assert {content for content, _ in sweep.placed()} == {"mse"}
    assert len(plan.asked) == 9
    told = account_of(sweep.store, plan)
    assert "vgg16-22 3, mse 6;" in told[0]
    assert told[1] == "vgg16-22: lambda 0.0001, 1 diverged: the curve ends below 0.0001"


def test_where_all_diverge_nothing_is_placed_and_that_is_said(scored):
    sweep = scored(lambda trial: None)
    plan = run(sweep)
    assert sweep.placed() == []
    assert sweep.store.read_placements().is_settled
    assert account_of(sweep.store, plan)[1:] == (
        "mse: lambda 0, 0.0001, 1 diverged: no curve is left",
        "mse: no gap is left to place in: 0 coefficients of it can be compared, and a gap takes "
        "two",
    )


def test_niqe_decides_where_it_has_a_value(scored):
    sweep = scored()
    plan = sweep.plan(eval__metrics=["psnr", "lpips", "niqe"])
    sweep.score(plan)
    place_next(sweep.store, plan, 1, sweep.told.append)
    (decision,) = sweep.store.read_placements().decisions
    assert decision.axes == ("psnr_y", "lpips_alex")
    scores = sweep.store.read_reference_scores("skimage3")
    bicubic = {"chelsea": {**scores.bicubic["chelsea"], "niqe": 7.0}}
    sweep.store.write_reference_scores("skimage3", scores.with_method(Method.BICUBIC, bicubic, {}))
    place_next(sweep.store, plan, 1, sweep.told.append)
    assert sweep.store.read_placements().decisions[-1].axes == ("psnr_y", "niqe")


def test_a_folder_grows_by_what_is_given_and_goes_on_from_there(scored):
    sweep = scored()
    first = run(sweep)
    given = sweep.plan(None, grid__adv=[0.5])
    assert [trial.adv for trial in given.asked] == [0.0, 0.5]
    assert {trial.name for trial in first.asked} < {trial.name for trial in given.trials}
    assert given.config.grid.trials == 6
    sweep.score(given)
    more = run(sweep, trials=8)
    assert len(more.on_curves(sweep.store)) == 8
    assert len(more.asked) == 7


@pytest.mark.parametrize("trials", [None, 6])
def test_without_room_nothing_is_placed_or_written(scored, trials):
    sweep = scored()
    plan = run(sweep, trials=trials, rounds=0) if trials is None else run(sweep, trials=trials)
    written = sweep.store.root / "placements.json"
    before = written.read_bytes() if written.exists() else None
    assert place_next(sweep.store, plan, 1, sweep.told.append) is None
    assert (written.read_bytes() if written.exists() else None) == before
    assert bool(account_of(sweep.store, plan)) is (trials is not None)
