from __future__ import annotations

from pathlib import Path

import pytest
import torch

from srgan_core.errors import WeightsError
from srgan_core.files import file_sha256
from srgan_core.inference import load_generator, save_generator
from srgan_core.networks import Generator
from sweep.config.names import StartKind
from sweep.errors import StoreError
from sweep.generators.lookup import Ends, find_ends, find_generator
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.trial_folder import TrialFolder

TRAINING = {"data": {"sources": {"skimage": 1.0}}, "training": {"steps": 1}}


def put_generator(folder: TrialFolder, seed: int, scale: int = 2) -> str:
    torch.manual_seed(seed)
    save_generator(folder.generator, Generator(scale, channels=4, blocks=1))
    return file_sha256(folder.generator)


def put_trial(store: SweepStore, name: str, start: str, lpips: float = 0.2, **fields: object):
    folder = store.trial(name)
    put_generator(folder, seed=len(name))
    spec = {"scale": 2, "init_sha256": start, **TRAINING}
    record = {"state": "done", "content": "mse", "adv": 0.01, "seed": 0, "spec": spec} | fields
    folder.update_trial(trial=name, **record)
    folder.write_result(ResultRecord(scores={"set5": {"baby": {"lpips_alex": lpips}}}))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> SweepStore:
    store = SweepStore(tmp_path / "results")
    start = put_generator(store.generator("srresnet-s0"), seed=0)
    store.generator("srresnet-s0").update_trial(trial="srresnet-s0", state="done", seed=0)
    put_trial(store, "mse-adv0-s0-aa", start, adv=0.0)
    put_trial(store, "mse-adv0.001-s0-bb", start, lpips=0.1, adv=0.001)
    put_trial(store, "mse-adv0.01-s0-cccc", start)
    put_trial(store, "vgg22-adv0.01-s0-dd", start, lpips=0.15, content="vgg22")
    put_trial(store, "vgg22-adv0.1-s0-ee", start, adv=0.1, state="failed")
    return store


def test_what_is_no_regular_file_is_called_so_and_not_an_unknown_trial(store):
    with pytest.raises(StoreError, match="/dev/zero: not a regular file but a device; give the"):
        find_generator("/dev/zero", store)


def test_files_folders_names_and_beginnings_are_found(store):
    trial = store.trial("mse-adv0.001-s0-bb")
    for text in (str(trial.generator), str(trial.path), trial.path.name, "mse-adv0.001"):
        assert find_generator(text, store) == trial.generator
    assert find_generator("srresnet-s0", store) == store.generator("srresnet-s0").generator


@pytest.mark.parametrize("text", ["mse-adv0.0", "nothing", "vgg99"])
def test_other_names_are_refused(store, text):
    with pytest.raises(StoreError, match="generator"):
        find_generator(text, store)


def test_a_trial_without_its_generator_is_refused(store):
    store.trial("mse-adv0-s0-aa").generator.unlink()
    with pytest.raises(StoreError, match="expected a generator"):
        find_generator("mse-adv0-s0-aa", store)


def test_the_end_is_the_largest_coefficient_that_is_done(store):
    assert find_ends(store).trial.path.name == "vgg22-adv0.01-s0-dd"
    assert find_ends(store, "mse").trial.path.name == "mse-adv0.01-s0-cccc"
    store.trial("vgg22-adv0.01-s0-dd").generator.unlink()
    store.trial("mse-adv0.01-s0-cccc").generator.unlink()
    assert find_ends(store).trial.path.name == "mse-adv0.001-s0-bb"


def test_the_start_is_known_by_its_hash(store):
    assert find_ends(store).start == store.generator("srresnet-s0").generator
    put_generator(store.generator("srresnet-s0"), seed=5)
    with pytest.raises(StoreError, match="trained from"):
        find_ends(store)


@pytest.fixture
def from_pair(store: SweepStore) -> SweepStore:
    """The same with a trial of the largest coefficient that set out from a pair."""
    pair = put_generator(store.start(StartKind.SRGAN, 0), seed=9)
    trial = put_trial(store, "mse-adv0.05-srgan-s0-ff", pair, adv=0.05)
    trial.update_trial(start="srgan")
    srresnet = store.start(StartKind.SRRESNET, 0)
    srresnet.write_result(ResultRecord(generator_sha256=file_sha256(srresnet.generator)))
    return store


def test_the_faithful_end_of_a_trial_from_a_pair_is_the_srresnet(from_pair):
    ends = find_ends(from_pair)
    assert ends.trial.path.name == "mse-adv0.05-srgan-s0-ff"
    assert ends.start == from_pair.generator("srresnet-s0").generator
    put_generator(from_pair.generator("srresnet-s0"), seed=5)
    with pytest.raises(StoreError, match="its pair was trained from"):
        find_ends(from_pair)


def test_a_beginning_that_both_ends_share_is_refused_by_name(from_pair):
    put_trial(from_pair, "mse-adv0.05-s0-ab", "", adv=0.05)
    with pytest.raises(StoreError, match=r"2 trials: mse-adv0\.05-s0-ab, mse-adv0\.05-srgan-s0-ff"):
        find_generator("mse-adv0.05", from_pair)
    trial = from_pair.trial("mse-adv0.05-s0-ab")
    assert find_generator("mse-adv0.05-s0", from_pair) == trial.generator
    pair = from_pair.start(StartKind.SRGAN, 0)
    assert find_generator("srgan-s0", from_pair) == pair.generator


def test_a_start_that_is_not_kept_may_be_the_bundled_one(tmp_path):
    store = SweepStore(tmp_path)
    bundled = tmp_path / "bundled.safetensors"
    save_generator(bundled, load_generator())
    spec = {"scale": 4, "init_sha256": file_sha256(bundled), **TRAINING}
    put_trial(store, "mse-adv0.01-s0-aa", "", spec=spec)
    assert find_ends(store).start is None


@pytest.mark.parametrize("content", [None, "vgg54"])
def test_a_folder_without_ends_says_so(tmp_path, store, content):
    empty = SweepStore(tmp_path / "empty")
    with pytest.raises(StoreError, match="expected a finished adversarial trial"):
        find_ends(empty if content is None else store, content)


def test_shares_lead_from_one_end_to_the_other(store):
    ends = find_ends(store)
    first = load_generator(ends.start, None).state_dict()
    second = load_generator(ends.trial.generator, None).state_dict()
    for share, expected in ((0.0, first), (1.0, second)):
        loaded = ends.load(share).state_dict()
        assert all(torch.equal(loaded[name], value) for name, value in expected.items())
    middle = ends.load(0.5).state_dict()
    name = "head.0.weight"
    assert torch.allclose(middle[name], (first[name] + second[name]) / 2)


def test_ends_of_different_scale_are_refused(store):
    put_generator(store.generator("srresnet-s0"), seed=0, scale=4)
    ends = Ends(store.generator("srresnet-s0").generator, find_ends_trial(store))
    with pytest.raises(Exception, match="made for scale 4, asked for 2"):
        ends.load(0.5)


def test_ends_of_different_size_are_refused_with_an_option_of_the_command(store):
    files = store.generator("srresnet-s0")
    save_generator(files.generator, Generator(2, channels=8, blocks=1))
    ends = Ends(files.generator, find_ends_trial(store))
    with pytest.raises(WeightsError, match=r"give --generator instead of --adv-like$"):
        ends.load(0.5)


def find_ends_trial(store: SweepStore) -> TrialFolder:
    return store.trial("mse-adv0.01-s0-cccc")


def test_a_generator_that_is_not_the_one_of_its_result_is_refused_however_it_is_named(store):
    files = store.trial("mse-adv0.001-s0-bb")
    files.write_result(ResultRecord(generator_sha256="ab" * 32))
    store.trial("vgg22-adv0.01-s0-dd").write_result(ResultRecord(generator_sha256="ab" * 32))
    for text in (str(files.generator), str(files.path), files.path.name):
        with pytest.raises(StoreError, match="got another or a damaged file"):
            find_generator(text, store)
    with pytest.raises(StoreError, match=r"vgg22-adv0\.01-s0-dd/generator.*got another"):
        find_ends(store, "vgg22")
