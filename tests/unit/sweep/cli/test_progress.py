import io

import pytest
from rich.console import Console

from sweep.cli.progress import Lines, describe, open_progress
from sweep.config.grid import Start, expand
from sweep.config.loading import load_config
from sweep.config.names import StartKind
from sweep.execution.jobs.context import Event
from sweep.planning.plan import Plan
from sweep.store.folder import SweepStore

LOSSES = {"patches_per_second": 12.34, "loss_pixel": 0.00123}
ADVERSARY = {"loss_adv": 0.7, "loss_d": 0.3, "d_real": 0.9, "d_fake": 0.1}


def plan(**overrides: object) -> Plan:
    config = load_config(
        "smoke",
        {
            "device": "cpu",
            "grid.adv": [1e-3, 1e-2],
            "adversarial.discriminator.warmup_steps": 5,
            **overrides,
        },
    )
    starts = {(kind, 0): Start(kind, 0, "file:00", None) for kind in StartKind}
    trials = expand(config, starts)
    return Plan(config, trials, trials, {}, (), ("a [note]",))


def step(job: str, iteration: int) -> Event:
    return Event(job, "progress", {"iteration": iteration, "iterations": 25, **LOSSES})


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass when the test says so."""
    now = [100.0]
    monkeypatch.setattr("sweep.cli.item_progress.time.monotonic", lambda: now[0])
    return now


def test_a_step_is_described_by_what_it_logged():
    assert describe(Event("x", "progress", LOSSES)) == "12.3 patches/s  pixel 0.0012"
    line = describe(Event("x", "progress", LOSSES | {"loss_content": 0.5} | ADVERSARY))
    assert line == "12.3 patches/s  pixel 0.0012  content 0.500  adv 0.70  D 0.90/0.10"


def test_a_step_that_warms_up_the_discriminator_is_described_too():
    record = {"patches_per_second": 1.0, "loss_d": 1.0, "d_real": 0.5, "d_fake": 0.5}
    assert describe(Event("x", "progress", record)) == "1.0 patches/s  D 0.50/0.50"


def test_a_trial_that_joins_while_the_sweep_runs_is_counted_and_shown(tmp_path, capsys):
    asked, store = plan(), SweepStore(tmp_path)
    text = "lambda 0.002 placed between 0.001 and 0.01, 0.50 apart"
    event = Event("mse-adv0.002-s0-ab", "placed", {"iterations": 25, "message": text})
    Lines(asked, store).receive(event)
    assert capsys.readouterr().err.splitlines()[-1] == f"[4/4] mse-adv0.002-s0-ab: {text}"


def test_lines_number_the_trials_and_come_now_and_then(tmp_path, capsys, clock):
    asked = plan()
    names = [trial.name for trial in asked.asked]
    lines = Lines(asked, SweepStore(tmp_path))
    lines.receive(Event("reference pets", "started"))
    lines.receive(Event(names[1], "started"))
    lines.receive(step(names[1], 1))
    clock[0] += 1
    lines.receive(step(names[1], 2))
    clock[0] += 19
    lines.receive(step(names[1], 3))
    lines.receive(Event(names[1], "warning", {"message": "careful"}))
    lines.receive(Event(names[1], "warning", {"message": "careful"}))
    lines.receive(Event(names[1], "scoring", {"message": "pets"}))
    lines.receive(Event(names[1], "done"))
    assert capsys.readouterr().err.splitlines() == [
        "note: a [note]",
        "reference pets: started",
        f"[2/3] {names[1]}: started",
        f"[2/3] {names[1]}: step 1/25  12.3 patches/s  pixel 0.0012",
        f"[2/3] {names[1]}: step 3/25  12.3 patches/s  pixel 0.0012  0:11:10 left",
        f"[2/3] {names[1]}: warning: careful",
        f"[2/3] {names[1]}: scoring pets",
        f"[2/3] {names[1]}: done",
    ]


def test_bars_show_any_name_as_it_is(tmp_path):
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=200)
    asked = plan()
    name = asked.asked[1].name
    with open_progress(asked, SweepStore(tmp_path), console) as bars:
        for label in ("reference [/red] x", name):
            bars.receive(Event(label, "started"))
            bars.receive(step(label, 1))
            bars.receive(Event(label, "scoring", {"message": "[bold] y"}))
            bars.receive(Event(label, "warning", {"message": "[/z]"}))
        bars.receive(Event("reference [/red] x", "done"))
        bars.receive(Event(name, "failed"))
    shown = text.getvalue()
    for expected in ("a [note]", "reference [/red] x", "scoring [bold] y", "[/z]", "failed"):
        assert expected in shown
    assert "grid: 1 of 3 trials" in shown


@pytest.mark.parametrize("width", [80, 120])
def test_a_narrow_terminal_still_shows_names_steps_and_time(tmp_path, width: int):
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=width)
    asked = plan()
    name = asked.asked[1].name
    losses = {"loss_pixel": 0.0012, "loss_content": 0.598, "loss_adv": 2.81, "loss_d": 1.0}
    event = step(name, 7)
    event.fields.update(losses, d_real=0.99, d_fake=0.07)
    with open_progress(asked, SweepStore(tmp_path), console) as bars:
        bars.receive(event)
    last = text.getvalue().splitlines()[-2]
    assert name in last
    assert "7/25" in last
    assert "0:00:0" in last
    assert "12.3 patches" in last or width == 80


def test_a_pipe_gets_lines(tmp_path):
    with open_progress(plan(), SweepStore(tmp_path)) as progress:
        assert isinstance(progress, Lines)
