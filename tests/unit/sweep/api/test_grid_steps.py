from sweep.api.grid_steps import GridSteps
from sweep.execution.jobs.context import Event
from sweep.store.folder import SweepStore


def test_all_steps_count_with_the_warm_up_where_there_is_an_adversary(plan, tmp_path):
    steps = GridSteps(plan(), SweepStore(tmp_path))
    assert (steps.total, steps.done, steps.ended) == (20 + 25 + 25, 0, 0)
    assert steps.seconds_left() is None


def test_from_a_pair_there_is_no_warm_up_to_count(plan, tmp_path):
    both = plan(**{"grid.start": ["srresnet", "srgan"]})
    assert GridSteps(both, SweepStore(tmp_path)).total == 20 + 25 + 25 + 3 * 20


def test_what_earlier_runs_did_is_done_but_says_nothing_of_speed(plan, step, tmp_path, clock):
    asked, store = plan(), SweepStore(tmp_path)
    first, second, third = (trial.name for trial in asked.asked)
    store.trial(first).update_trial(state="done")
    store.trial(second).update_trial(state="failed")
    steps = GridSteps(asked, store)
    assert (steps.done, steps.ended) == (20, 1)
    steps.receive(step(second, 15))
    assert steps.seconds_left() is None
    clock[0] += 10
    steps.receive(step(second, 20))
    # 5 steps took 10 seconds, 5 + 25 are left.
    assert steps.seconds_left() == 60
    steps.receive(Event(second, "done"))
    assert (steps.done, steps.ended) == (45, 2)
    steps.receive(Event(third, "diverged"))
    assert (steps.done, steps.total, steps.ended) == (70, 70, 3)
    steps.receive(step("srresnet-s0", 3))
    assert steps.done == 70


def test_the_time_before_the_first_step_says_nothing_of_the_rest(plan, step, tmp_path, clock):
    asked, store = plan(), SweepStore(tmp_path)
    steps = GridSteps(asked, store)
    clock[0] += 1000
    name = asked.asked[0].name
    steps.receive(step(name, 5))
    clock[0] += 10
    steps.receive(step(name, 10))
    # 5 steps took 10 seconds, 10 + 25 + 25 are left.
    assert steps.seconds_left() == 120


def test_a_trial_that_joins_while_the_sweep_runs_is_counted(plan, tmp_path):
    steps = GridSteps(plan(), SweepStore(tmp_path))
    steps.receive(Event("mse-adv0.002-s0-ab", "placed", {"iterations": 25, "message": "here"}))
    assert (steps.total, len(steps.names)) == (20 + 25 + 25 + 25, 4)
