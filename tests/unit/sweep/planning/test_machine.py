"""How a config is fitted to a machine."""

import pytest

from srgan_core.devices import gpu_number
from srgan_core.errors import ConfigError
from sweep.config.loading import load_config
from sweep.planning import machine
from sweep.planning.machine import jobs_at_once, resolve_machine, trial_memory


def resolved(monkeypatch, cores, **overrides):
    monkeypatch.setattr(machine, "usable_cores", lambda: cores)
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    config = load_config("quick", {"device": "cpu", **changes})
    return resolve_machine(config, None)


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (12, 1), (24, 2), (65, 5)])
def test_cores_are_shared_out_among_the_trials(monkeypatch, cores, threads):
    """The grid of quick has 12 trials, the controls included."""
    assert resolved(monkeypatch, cores).threads == threads


def test_threads_that_are_given_stay(monkeypatch):
    assert resolved(monkeypatch, 24, threads=7).threads == 7


def test_a_control_is_not_counted_twice(monkeypatch):
    grid = {"grid__adv": [0, 1e-3], "grid__content": ["mse"]}
    assert resolved(monkeypatch, 8, **grid).threads == 4


def test_each_end_has_trials_of_its_own(monkeypatch):
    grid = {"grid__content": ["mse"], "grid__start": ["srresnet", "srgan"]}
    assert resolved(monkeypatch, 16, **grid).threads == 2


@pytest.mark.parametrize(
    ("cores", "threads", "trials", "jobs"),
    [(2, 1, 12, 2), (8, 2, 12, 4), (8, 1, 3, 3), (1, 4, 5, 1)],
)
def test_as_many_trials_run_as_have_cores(monkeypatch, cores, threads, trials, jobs):
    config = resolved(monkeypatch, cores, threads=threads)
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: Memory(1e12))
    assert jobs_at_once(config, trials) == jobs


def test_no_more_trials_run_than_fit_into_memory(monkeypatch):
    config = resolved(monkeypatch, 64, threads=1)
    need = trial_memory(config.adversarial)
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: Memory(3.5 * need))
    assert jobs_at_once(config, 12) == 3
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: Memory(0.5 * need))
    assert jobs_at_once(config, 12) == 1


class Memory:
    """What psutil says of this machine's memory."""

    def __init__(self, available: float) -> None:
        self.available = available


@pytest.mark.parametrize("device", ["auto", "mps", "cuda:1"])
def test_what_other_machines_have_is_not_guessed(device):
    config = load_config("quick").model_copy(update={"device": device})
    with pytest.raises(ConfigError, match="give --device cuda or --device cpu"):
        resolve_machine(config, None, elsewhere=True)


def test_what_other_machines_compute_fast_in_is_not_guessed():
    asked = {"device": "cuda", "threads": 1}
    with pytest.raises(ConfigError, match=r"--set adversarial\.precision=bfloat16"):
        resolve_machine(load_config("quick", asked), None, elsewhere=True)
    known = load_config("quick", asked | {"adversarial.precision": "float32"})
    assert resolve_machine(known, None, elsewhere=True) == known
    assert resolve_machine(load_config("quick", asked), known, elsewhere=True) == known


@pytest.mark.parametrize(
    ("device", "kind", "jobs"), [("cuda", "cuda", 2), ("cuda:1", "cuda", 1), ("mps", "mps", 1)]
)
def test_which_gpu_trains_is_no_part_of_a_trial(monkeypatch, device, kind, jobs):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: True)
    asked = {"device": device, "threads": 1, "adversarial.precision": "float32"}
    config = resolve_machine(load_config("quick", asked), None)
    assert config.device == kind
    assert jobs_at_once(config, 12, gpu_number(device)) == jobs


def test_further_axes_count_and_the_largest_setting_has_to_fit(monkeypatch):
    sides = {"grid__start": ["srresnet"], "grid__axes.adversarial.patch_size": [48, 96]}
    config = resolved(monkeypatch, 48, **sides)
    assert config.threads == 2
    need = trial_memory(config.adversarial.model_copy(update={"patch_size": 96}))
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: Memory(2.5 * need))
    assert jobs_at_once(config, 12) == 2
