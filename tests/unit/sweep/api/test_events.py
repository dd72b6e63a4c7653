"""What a callback is handed."""

import re

import pytest

from sweep.api.events import EventKind, Listener, RunEvent
from sweep.execution.jobs import context
from sweep.execution.jobs.context import Event
from sweep.store.folder import SweepStore


@pytest.fixture
def told() -> list[RunEvent]:
    return []


@pytest.fixture
def listener(plan, tmp_path, told):
    return Listener(plan(), SweepStore(tmp_path), told.append)


def test_every_kind_that_jobs_tell_has_a_name():
    told = re.findall(
        r"`(\w+)`", context.Event.__doc__.partition("kind:")[2].partition("fields:")[0]
    )
    assert {kind for kind in told if kind not in ("disk", "packing")} == {*EventKind}


def test_a_step_has_its_numbers_and_the_place_in_the_grid(listener, told, plan, step, clock):
    name = plan().asked[1].name
    listener.receive(step(name, 5))
    clock[0] += 10
    listener.receive(step(name, 10))
    last = told[-1]
    assert (last.job, last.kind, last.step, last.steps) == (name, EventKind.PROGRESS, 10, 25)
    assert last.values == {"loss_pixel": 0.25}
    assert (last.steps_done, last.steps_total, last.trials_total) == (10, 70, 3)
    assert (told[0].seconds_left, last.seconds_left) == (None, 120)
    assert str(last) == f"{name}: progress 10/25"


def test_what_is_no_step_has_its_message(listener, told):
    listener.receive(Event("x", "warning", {"message": "hot"}))
    assert (told[0].message, told[0].step, told[0].values) == ("hot", None, {})
    assert str(told[0]) == "x: warning hot"


def test_an_end_counts_as_one(listener, told, plan):
    listener.receive(Event(plan().asked[0].name, "done"))
    assert (told[0].trials_done, told[0].steps_done) == (1, 20)
