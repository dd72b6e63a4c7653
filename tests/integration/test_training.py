"""Trains tiny generators: what a run leaves, and that interrupting it changes nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from torch import Tensor

from srgan_core.data.images import read_rgb, write_png
from srgan_core.data.patches import Batch, PatchSampler
from srgan_core.data.sources import skimage_files
from srgan_core.errors import ConfigError, MissingDependencyError, WeightsError
from srgan_core.inference import load_generator, restore, save_generator
from srgan_core.networks import Generator
from srgan_core.training import job, trainer
from srgan_core.training.__main__ import main
from srgan_core.training.config import TrainingConfig, TrainingSpec
from srgan_core.training.distributed import Processes
from srgan_core.training.job import open_data, train
from srgan_core.training.log import read_log
from srgan_core.training.reports import Outcome, Progress
from srgan_core.training.trainer import Trainer

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three 64-px crops of photographs."""
    folder = tmp_path_factory.mktemp("photographs")
    for index, path in enumerate(skimage_files(["astronaut.png", "grass.png", "gravel.png"])):
        write_png(folder / f"{index}.png", read_rgb(path)[100:164, 200:264])
    return folder


@pytest.fixture(autouse=True)
def _tiny_generator(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    def fresh(spec: TrainingSpec) -> Generator:
        with torch.random.fork_rng(devices=()):
            torch.manual_seed(spec.seed)
            return Generator(spec.scale, channels=8, blocks=2)

    monkeypatch.setattr(trainer, "fresh_generator", fresh)


MakeSpec = Callable[..., TrainingSpec]


@pytest.fixture
def make_fields(photographs: Path) -> Callable[..., dict[str, Any]]:
    def make(**changes: Any) -> dict[str, Any]:
        training = {
            "steps": 4,
            "batch_size": 2,
            "patch_size": 32,
            "precision": "float32",
            "log_every": 1,
            "discriminator": {"channels": 4},
        }
        fields = {
            "adversarial_weight": 1e-3,
            "data": {"sources": {f"folder:{photographs}": 1.0}},
            "training": training | changes.pop("training", {}),
        }
        return fields | changes

    return make


@pytest.fixture
def make_spec(make_fields: Callable[..., dict[str, Any]]) -> MakeSpec:
    return lambda **changes: TrainingSpec.model_validate(make_fields(**changes))


def stop_after(iterations: int) -> Callable[[], bool]:
    """Says stop after that many iterations, once."""
    answers = [True, *[False] * (iterations - 1)]
    return lambda: bool(answers) and answers.pop()


def records(folder: Path) -> list[dict[str, Any]]:
    """The log without its only line that depends on the machine's speed."""
    lines = read_log(folder / "log.jsonl")
    return [{k: v for k, v in line.items() if k != "patches_per_second"} for line in lines]


def generator_bytes(folder: Path) -> bytes:
    return (folder / "generator.safetensors").read_bytes()


def state(folder: Path) -> dict[str, Tensor]:
    return load_generator(folder / "generator.safetensors").state_dict()


def make_trainer(spec: TrainingSpec, folder: Path, **options: Any) -> Trainer:
    config = spec.training
    sampler = PatchSampler(
        open_data(spec.data),
        patch_size=config.patch_size,
        scale=spec.scale,
        batch_size=config.batch_size,
        seed=spec.seed,
        device=CPU,
    )
    return Trainer(spec, sampler, folder, device=CPU, **options)


def test_run_leaves_a_generator_a_log_and_no_half_files(make_spec: MakeSpec, tmp_path: Path):
    outcome = train(make_spec(), tmp_path / "run")
    assert outcome == Outcome("trained", 4, outcome.seconds)
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [
        "generator.safetensors",
        "log.jsonl",
    ]
    lr = np.zeros((5, 6, 3), dtype=np.uint8)
    restored = restore(load_generator(tmp_path / "run" / "generator.safetensors"), lr)
    assert restored.shape == (20, 24, 3)


def test_log_holds_every_term_of_the_objective(make_spec: MakeSpec, tmp_path: Path):
    train(make_spec(), tmp_path)
    lines = read_log(tmp_path / "log.jsonl")
    assert [line["iteration"] for line in lines] == [1, 2, 3, 4]
    names = "loss_pixel loss_adv loss_d d_real d_fake grad_pixel grad_adv learning_rate step"
    assert set(names.split()) < lines[0].keys()
    assert lines[0]["patches_per_second"] > 0
    assert lines[0]["learning_rate"] == pytest.approx(1e-4)


@pytest.mark.parametrize("log_every", [3, 100])
def test_last_step_is_always_logged(make_spec: MakeSpec, tmp_path: Path, log_every: int):
    train(make_spec(training={"log_every": log_every}), tmp_path)
    assert records(tmp_path)[-1]["iteration"] == 4


def test_same_seed_gives_the_same_bytes(make_spec: MakeSpec, tmp_path: Path):
    for folder in ("a", "b"):
        torch.manual_seed(len(folder))
        train(make_spec(), tmp_path / folder)
    assert generator_bytes(tmp_path / "a") == generator_bytes(tmp_path / "b")
    assert records(tmp_path / "a") == records(tmp_path / "b")


def test_another_seed_gives_another_generator(make_spec: MakeSpec, tmp_path: Path):
    for seed in (0, 1):
        train(make_spec(seed=seed), tmp_path / str(seed))
    assert generator_bytes(tmp_path / "0") != generator_bytes(tmp_path / "1")


def test_training_on_pixels_brings_the_error_down(make_spec: MakeSpec, tmp_path: Path):
    fields = {"steps": 40, "learning_rate": 3e-3, "batch_size": 4}
    run = make_trainer(make_spec(adversarial_weight=0, training=fields), tmp_path)

    @torch.no_grad()
    def error() -> float:
        batches = [run.sampler.batch(step) for step in range(1000, 1008)]
        return sum((run.generator(b.lr) - b.hr).square().mean().item() for b in batches)

    before = error()
    run.run()
    assert error() < 0.8 * before


RESUMABLE: dict[str, dict[str, Any]] = {
    "plain": {},
    "without D": {"adversarial_weight": 0},
    "bfloat16": {"training": {"precision": "bfloat16"}},
    "float16": {"training": {"precision": "float16"}},
    "average": {"training": {"ema_decay": 0.9}},
    "parts": {"training": {"accumulate": 2}},
    "frozen from the second step on": {"training": {"freeze_batchnorm_after": 1}},
    "schedule": {"training": {"schedule": "milestones", "milestones": [1, 3], "ramp": 0.3}},
    "warm-up": {"training": {"discriminator": {"channels": 4, "warmup_steps": 3}}},
}


@pytest.mark.parametrize("changes", RESUMABLE.values(), ids=RESUMABLE.keys())
def test_interrupted_run_ends_with_the_bytes_of_an_uninterrupted_one(
    make_spec: MakeSpec, tmp_path: Path, changes: dict[str, Any]
):
    spec = make_spec(**changes)
    whole = train(spec, tmp_path / "whole")
    interrupted = train(spec, tmp_path / "parts", should_stop=stop_after(2))
    assert (interrupted.status, interrupted.iteration) == ("interrupted", 2)
    assert not (tmp_path / "parts" / "generator.safetensors").exists()
    resumed = train(spec, tmp_path / "parts")
    assert (resumed.status, resumed.resumed_from) == ("trained", 2)
    assert resumed.iteration == whole.iteration
    assert generator_bytes(tmp_path / "parts") == generator_bytes(tmp_path / "whole")
    assert records(tmp_path / "parts") == records(tmp_path / "whole")


def test_run_that_crashed_between_checkpoints_repeats_the_lost_steps(
    make_spec: MakeSpec, tmp_path: Path
):
    spec = make_spec(training={"checkpoint_every": 2})
    train(spec, tmp_path / "whole")

    def crash(progress: Progress) -> None:
        if progress.iteration == 3:
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        train(spec, tmp_path / "parts", on_progress=crash)
    assert len(records(tmp_path / "parts")) == 3
    assert train(spec, tmp_path / "parts").resumed_from == 2
    assert generator_bytes(tmp_path / "parts") == generator_bytes(tmp_path / "whole")
    assert records(tmp_path / "parts") == records(tmp_path / "whole")


def test_damaged_checkpoint_costs_steps_and_changes_nothing(make_spec: MakeSpec, tmp_path: Path):
    spec = make_spec(training={"checkpoint_every": 1})
    train(spec, tmp_path / "whole")
    train(spec, tmp_path / "parts", should_stop=stop_after(3))
    newest = tmp_path / "parts" / "checkpoints" / "000000003" / "state.safetensors"
    newest.write_bytes(newest.read_bytes()[:-7])
    assert train(spec, tmp_path / "parts").resumed_from == 2
    assert generator_bytes(tmp_path / "parts") == generator_bytes(tmp_path / "whole")


def test_seconds_add_up_over_attempts(make_spec: MakeSpec, tmp_path: Path):
    train(make_spec(), tmp_path, should_stop=stop_after(3))
    (manifest,) = (tmp_path / "checkpoints").glob("*/manifest.json")
    stored = json.loads(manifest.read_text())["extra"]["seconds"]
    assert train(make_spec(), tmp_path).seconds > stored > 0


def test_discriminator_starts_from_the_seed_whatever_the_coefficient(
    make_spec: MakeSpec, tmp_path: Path
):
    first, second = (
        make_trainer(make_spec(adversarial_weight=weight), tmp_path) for weight in (1e-4, 1e-2)
    )
    for one, other in zip(
        first.discriminator.state_dict().values(),
        second.discriminator.state_dict().values(),
        strict=True,
    ):
        assert torch.equal(one, other)


def test_coefficient_of_zero_trains_without_a_discriminator(make_spec: MakeSpec, tmp_path: Path):
    control = make_trainer(make_spec(adversarial_weight=0), tmp_path)
    assert control.discriminator is None
    assert control.run().status == "trained"
    assert "loss_d" not in records(tmp_path)[0]


class RecordingSampler:
    """Remembers which batches were asked for."""

    def __init__(self, sampler: PatchSampler) -> None:
        self._sampler, self.asked = sampler, []

    def batch(self, step: int) -> Batch:
        self.asked.append(step)
        return self._sampler.batch(step)


@pytest.mark.parametrize("frozen", [0, None])
def test_warm_up_leaves_the_generator_as_it_is(make_spec: MakeSpec, tmp_path: Path, frozen):
    discriminator = {"channels": 4, "warmup_steps": 3}
    spec = make_spec(training={"discriminator": discriminator, "freeze_batchnorm_after": frozen})
    run = make_trainer(spec, tmp_path)
    before = {name: value.clone() for name, value in run.generator.state_dict().items()}
    weights = run.discriminator.classifier[0].weight.clone()
    outcome = run.run(should_stop=stop_after(3))
    assert outcome.iteration == 3
    for name, value in run.generator.state_dict().items():
        assert torch.equal(before[name], value), name
    assert not torch.equal(weights, run.discriminator.classifier[0].weight)
    assert all("loss_d" in line and "loss_pixel" not in line for line in records(tmp_path))


def test_every_trial_of_a_grid_sees_the_same_patches(make_spec: MakeSpec, tmp_path: Path):
    asked = []
    for number, (weight, warmup) in enumerate([(0, 3), (1e-3, 0), (1e-3, 3), (1e-2, 3)]):
        discriminator = {"channels": 4, "warmup_steps": warmup}
        spec = make_spec(adversarial_weight=weight, training={"discriminator": discriminator})
        run = make_trainer(spec, tmp_path / str(number))
        run.sampler = RecordingSampler(run.sampler)
        run.run()
        asked.append(run.sampler.asked)
    assert [steps[-4:] for steps in asked] == [[0, 1, 2, 3]] * 4
    assert asked[2] == asked[3]
    assert set(asked[2][:3]).isdisjoint(range(10_000))


def test_shared_warm_up_is_run_once_and_changes_nothing(make_spec: MakeSpec, tmp_path: Path):
    discriminator = {"channels": 4, "warmup_steps": 3}
    specs = [
        make_spec(adversarial_weight=weight, training={"discriminator": discriminator})
        for weight in (1e-3, 1e-2)
    ]
    for number, spec in enumerate(specs):
        train(spec, tmp_path / f"alone-{number}")
        train(spec, tmp_path / f"shared-{number}", warmups=tmp_path / "warmups")
        alone, shared = (tmp_path / f"{kind}-{number}" for kind in ("alone", "shared"))
        assert generator_bytes(alone) == generator_bytes(shared)
    assert [line["iteration"] for line in records(tmp_path / "shared-0")] == [1, 2, 3, 4, 5, 6, 7]
    assert [line["iteration"] for line in records(tmp_path / "shared-1")] == [4, 5, 6, 7]
    assert len(list((tmp_path / "warmups").iterdir())) == 1


def test_frozen_statistics_stay(make_spec: MakeSpec, tmp_path: Path):
    train(make_spec(training={"freeze_batchnorm_after": 0}), tmp_path / "frozen")
    train(make_spec(), tmp_path / "moving")
    frozen, moving = state(tmp_path / "frozen"), state(tmp_path / "moving")
    name = "body.0.norm1.running_mean"
    assert not frozen[name].any()
    assert moving[name].any()
    # The affine part of the normalisation goes on learning.
    assert (frozen["body.0.norm1.weight"] != 1).any()


def test_statistics_freeze_at_the_given_step(make_spec: MakeSpec, tmp_path: Path):
    train(make_spec(training={"freeze_batchnorm_after": 3}), tmp_path)
    assert state(tmp_path)["body.0.norm1.num_batches_tracked"] == 3


def test_average_is_what_the_run_saves(make_spec: MakeSpec, tmp_path: Path):
    spec = make_spec(training={"ema_decay": 0.5, "steps": 3, "schedule": "constant"})
    run = make_trainer(spec, tmp_path)
    history = []

    def keep(progress: Progress) -> None:
        history.append(run.generator.tail.weight.detach().clone())

    run.run(keep)
    expected = 0.5 * (0.5 * history[0] + 0.5 * history[1]) + 0.5 * history[2]
    torch.testing.assert_close(state(tmp_path)["tail.weight"], expected)


def test_infinite_loss_ends_the_run_as_diverged(make_spec: MakeSpec, tmp_path: Path):
    init = Generator(4, channels=8, blocks=1)
    with torch.no_grad():
        init.tail.bias[0] = float("nan")
    outcome = make_trainer(make_spec(), tmp_path, init=init).run()
    assert (outcome.status, outcome.iteration) == ("diverged", 1)
    assert "loss_pixel" in outcome.cause
    assert outcome.cause.endswith("not finite at iteration 1")
    assert not (tmp_path / "generator.safetensors").exists()


def test_divergence_between_logged_steps_names_the_first_bad_one(
    make_spec: MakeSpec, tmp_path: Path
):
    fields = {"learning_rate": 1e30, "steps": 9, "log_every": 5, "schedule": "constant"}
    outcome = train(make_spec(adversarial_weight=0, training=fields), tmp_path)
    assert (outcome.status, outcome.iteration) == ("diverged", 5)
    assert re.search(r"loss_pixel.* not finite at iteration [23]$", outcome.cause)
    text = (tmp_path / "log.jsonl").read_text()
    assert json.loads(text, parse_constant=pytest.fail)["loss_pixel"] is None


def test_divergence_is_noticed_before_a_checkpoint_is_written(make_spec: MakeSpec, tmp_path: Path):
    fields = {"learning_rate": 1e30, "steps": 9, "log_every": 100, "checkpoint_every": 4}
    outcome = train(make_spec(adversarial_weight=0, training=fields), tmp_path)
    assert (outcome.status, outcome.iteration) == ("diverged", 4)
    assert not (tmp_path / "checkpoints").exists()


def test_last_update_that_breaks_the_weights_is_noticed(make_spec: MakeSpec, tmp_path: Path):
    fields = {"learning_rate": 1e38, "steps": 1}
    outcome = train(make_spec(adversarial_weight=0, training=fields), tmp_path)
    if outcome.status == "trained":
        assert all(v.isfinite().all() for v in state(tmp_path).values())
    run = make_trainer(make_spec(adversarial_weight=0), tmp_path / "broken")
    update = run._update

    def break_weights(name: str) -> None:
        update(name)
        if run.iteration == 3:
            run.generator.tail.weight.data.fill_(float("inf"))

    run._update = break_weights
    outcome = run.run()
    assert (outcome.status, outcome.cause) == (
        "diverged",
        "weights not finite after iteration 4",
    )
    assert not (tmp_path / "broken" / "generator.safetensors").exists()


def test_overflow_in_float16_halves_the_scale_and_is_no_divergence(
    make_spec: MakeSpec, tmp_path: Path
):
    run = make_trainer(make_spec(training={"precision": "float16"}), tmp_path)
    run.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**40)
    outcome = run.run()
    assert outcome.status == "trained"
    assert run.scaler.get_scale() < 2.0**40


def test_batch_that_does_not_divide_is_refused(make_spec: MakeSpec, tmp_path: Path):
    spec = make_spec(training={"batch_size": 4, "accumulate": 2})
    with pytest.raises(ConfigError, match=r"a multiple of 4 processes x 2 parts .*, got 4"):
        make_trainer(spec, tmp_path, processes=Processes(0, 4))


def test_run_starts_from_the_given_generator(make_spec: MakeSpec, tmp_path: Path):
    init = tmp_path / "init.safetensors"
    save_generator(init, Generator(4, channels=4, blocks=1))
    spec = make_spec(init_sha256=job.file_sha256(init), training={"steps": 1})
    train(spec, tmp_path / "run", init=init)
    trained = load_generator(tmp_path / "run" / "generator.safetensors")
    assert (trained.tail.in_channels, len(trained.body)) == (4, 1)
    moved = trained.tail.weight - load_generator(init).tail.weight
    assert 0 < moved.abs().max() < 3e-4


def test_given_generator_must_be_the_one_of_the_spec(make_spec: MakeSpec, tmp_path: Path):
    init = tmp_path / "init.safetensors"
    save_generator(init, Generator(4, channels=4, blocks=1))
    with pytest.raises(WeightsError, match="its SHA-256 is not the spec's abc"):
        train(make_spec(init_sha256="abc"), tmp_path / "run", init=init)
    with pytest.raises(ConfigError, match=r"init_sha256: .* no file was given; add --init FILE"):
        train(make_spec(init_sha256="abc"), tmp_path / "run")


def test_unknown_content_loss_lists_the_known_ones(make_spec: MakeSpec, tmp_path: Path):
    with pytest.raises(ConfigError, match="content 'vgg45' is unknown: mse, vgg22, vgg54"):
        train(make_spec(content="vgg45"), tmp_path)


def test_tensorboard_events_are_written_on_request(make_spec: MakeSpec, tmp_path: Path):
    pytest.importorskip("tensorboard")
    train(make_spec(training={"tensorboard": True}), tmp_path)
    assert list((tmp_path / "tensorboard").glob("events.*"))


def test_missing_tensorboard_names_the_command(make_spec: MakeSpec, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingDependencyError, match="pip install"):
        train(make_spec(training={"tensorboard": True}), tmp_path)


COMMAND = [sys.executable, "-m", "srgan_core.training"]


@pytest.fixture
def small_init(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "init.safetensors"
    save_generator(path, Generator(4, channels=8, blocks=1))
    return path


@pytest.fixture
def write_spec(make_fields: Callable[..., dict[str, Any]], tmp_path: Path) -> Callable[..., Path]:
    def write(**changes: Any) -> Path:
        path = tmp_path / "spec.yaml"
        path.write_text(yaml.safe_dump(make_fields(**changes)))
        return path

    return write


def run_command(
    command: Sequence[object], timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )


def test_command_explains_every_mistake_in_a_spec_and_exits_2(tmp_path: Path, capsys):
    spec = tmp_path / "spec.yaml"
    spec.write_text("data: {sources: {skimage: 1}}\ntraining: {steps: 0, bach_size: 4}\n")
    assert main([str(spec), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{spec}: training.steps: expected greater than or equal to 1, got 0",
        f"{spec}: training.bach_size: key 'bach_size' is unknown: "
        + ", ".join(TrainingConfig.model_fields)
        + "; did you mean 'batch_size'?",
    ]
    assert not (tmp_path / "out").exists()


def test_command_keeps_clear_of_test_images(write_spec, photographs, tmp_path: Path, capsys):
    photograph = read_rgb(next(path for path in sorted(photographs.iterdir())))
    write_png(tmp_path / "tests" / "seen.png", np.ascontiguousarray(photograph[::-1]))
    command = [str(write_spec()), "--out", str(tmp_path / "out")]
    assert main([*command, "--test-images", str(tmp_path / "tests")]) == 2
    assert "is nearly the same image as seen.png of the test set" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (None, [], r"error: .*spec\.yaml: no such config file"),
        ("a: [", [], r"error: .*spec\.yaml: line 1: not valid YAML"),
        ("device: gpu", [], "error: device 'gpu' is unknown"),
        ("", ["--init", "none.safetensors"], r"error: none\.safetensors: no such file"),
    ],
)
def test_command_explains_other_mistakes_in_one_line_and_exits_2(
    write_spec, tmp_path: Path, capsys, text: str | None, options: list[str], message: str
):
    spec = write_spec(device="gpu") if text == "device: gpu" else write_spec()
    if text is None:
        spec.unlink()
    elif "[" in text:
        spec.write_text(text)
    assert main([str(spec), "--out", str(tmp_path / "out"), *options]) == 2
    error = capsys.readouterr().err
    assert re.match(message, error)
    assert error.count("\n") == 1


def test_terminated_command_writes_a_checkpoint_and_goes_on_later(
    write_spec, small_init: Path, tmp_path: Path
):
    spec = write_spec(training={"steps": 30_000, "checkpoint_every": 100_000})
    command = [*COMMAND, spec, "--out", tmp_path / "out", "--init", small_init]
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    log = tmp_path / "out" / "log.jsonl"
    try:
        deadline = time.monotonic() + 300
        while not (log.is_file() and log.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        output, error = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 143, error
    assert re.search(r"^interrupted after \d+ iterations", output, re.MULTILINE)
    (checkpoint,) = (tmp_path / "out" / "checkpoints").iterdir()
    assert read_log(log)[-1]["iteration"] == int(checkpoint.name)


@pytest.mark.slow
def test_two_processes_train_the_generator_that_one_trains(
    write_spec, small_init: Path, tmp_path: Path
):
    """Without batch statistics the mean of two halves' gradients is the batch's gradient."""
    spec = write_spec(
        adversarial_weight=0,
        training={"batch_size": 4, "freeze_batchnorm_after": 0, "learning_rate": 1e-3},
    )
    arguments = ["-m", "srgan_core.training", spec, "--init", small_init, "--out"]
    single = run_command([sys.executable, *arguments, tmp_path / "one"])
    assert single.returncode == 0, single.stderr
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    double = run_command([*launcher, "--nproc-per-node", 2, *arguments, tmp_path / "two"])
    assert double.returncode == 0, double.stderr
    assert double.stdout.count("trained after 4 iterations") == 1
    assert len(records(tmp_path / "two")) == 4
    start = load_generator(small_init).state_dict()
    one, two = state(tmp_path / "one"), state(tmp_path / "two")
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, rtol=0, atol=2e-4, msg=name)
    assert (one["tail.weight"] - start["tail.weight"]).abs().max() > 1e-3


@pytest.mark.slow
def test_two_processes_run_the_adversarial_phase(write_spec, small_init: Path, tmp_path: Path):
    discriminator = {"channels": 4, "warmup_steps": 1}
    spec = write_spec(training={"batch_size": 4, "accumulate": 2, "discriminator": discriminator})
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2", "-m", "srgan_core.training", spec]
    command += ["--init", small_init, "--out", tmp_path / "out"]
    finished = run_command(command)
    assert finished.returncode == 0, finished.stderr
    assert [line["iteration"] for line in records(tmp_path / "out")] == [1, 2, 3, 4, 5]
    assert all(np.isfinite(list(line.values())).all() for line in records(tmp_path / "out"))
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "generator.safetensors",
        "log.jsonl",
    ]
