import pytest

from srgan_core.errors import ConfigError
from sweep.execution.executors.slurm.settings import SlurmSettings, parse_slurm, sbatch_parameters


def test_keys_are_read_as_they_are_typed():
    texts = ["partition=gpu", "time=240", "memory=16G", "additional.reservation=lab=1"]
    assert parse_slurm([*texts, "setup=module load cuda", "setup=ulimit -n 4096"]) == SlurmSettings(
        partition="gpu",
        time=240,
        memory="16G",
        setup=("module load cuda", "ulimit -n 4096"),
        additional={"reservation": "lab=1"},
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("partition", "--slurm partition: expected KEY=VALUE"),
        ("=gpu", "--slurm =gpu: expected KEY=VALUE"),
        ("partion=gpu", "did you mean 'partition'?"),
        ("time=4:00:00", "time: expected a valid integer"),
        ("time=2", "time: expected greater than or equal to 3"),
        ("memory=16", "a whole number with its unit K, M, G or T, as in 16G, got '16'"),
        ("cluster=lsf", "expected 'slurm', 'local' or 'debug', got 'lsf'"),
        ("partition=", "partition: expected a word on one line, got ''"),
        ("account=a\n#SBATCH --uid=0", "account: expected a word on one line"),
        ("setup=a\nb", "setup.0: expected a word on one line"),
        ("additional=x", "--slurm additional=x: expected additional.NAME=VALUE"),
        ("additional.mem=3G", "mem: expected as memory=VALUE, got it here"),
        ("additional.array=1-9", "array: expected another option of sbatch"),
        ("additional.a b=3", "'a b': expected the long name of an option of sbatch"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(text, message):
    with pytest.raises(ConfigError) as caught:
        parse_slurm([text])
    assert message in str(caught.value)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(ConfigError) as caught:
        parse_slurm(["time=soon", "gpus=-1"])
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("settings", "device", "gpus", "cpus"),
    [
        ({}, "cpu", None, 4),
        ({}, "cuda", 1, 4),
        ({"gpus": 2, "cpus": 8}, "cuda", 2, 8),
        ({"gpus": 0}, "cuda", None, 4),
    ],
)
def test_a_job_asks_for_what_its_training_takes(settings, device, gpus, cpus):
    parameters = sbatch_parameters(SlurmSettings(**settings), device, threads=4)
    assert parameters.get("gpus_per_node") == gpus
    assert parameters["cpus_per_task"] == cpus
