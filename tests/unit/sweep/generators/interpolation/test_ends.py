import pytest

from sweep.errors import StoreError
from sweep.generators.interpolation.ends import find_end
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord


@pytest.fixture
def results(tmp_path) -> SweepStore:
    for name in ("mse-adv0-s0-11111111", "mse-adv0.001-s0-22222222", "mse-adv0.001-s1-33333333"):
        (tmp_path / "trials" / name).mkdir(parents=True)
    (tmp_path / "shared" / "srresnet-s0").mkdir(parents=True)
    return SweepStore(tmp_path)


@pytest.mark.parametrize(
    ("given", "full"),
    [
        ("srresnet-s0", "srresnet-s0"),
        ("mse-adv0.001-s1", "mse-adv0.001-s1-33333333"),
        ("mse-adv0-s0-11111111", "mse-adv0-s0-11111111"),
        ("bicubic", "bicubic"),
    ],
)
def test_a_name_or_its_beginning_finds_an_end(results, given, full):
    assert find_end(results, given).name == full


def test_a_beginning_that_fits_two_is_refused(results):
    with pytest.raises(StoreError, match=r"fits 2 trials: .*s0-22222222, .*s1-33333333; give more"):
        find_end(results, "mse-adv0.001")


def test_an_unknown_name_is_refused_with_the_nearest(results):
    with pytest.raises(StoreError, match="did you mean 'srresnet-s0'"):
        find_end(results, "srresnet-0")


@pytest.mark.parametrize("given", ["weights.pth", "runs/mse-adv0-s0", "../x.safetensors"])
def test_a_file_that_is_not_there_is_called_a_file(results, given):
    with pytest.raises(StoreError) as refused:
        find_end(results, given)
    said = str(refused.value)
    assert said.startswith(f"{given}: no such file; give a file of weights, or the name of a gen")
    assert said.endswith("mse-adv0.001-s1-33333333, bicubic")


def test_a_generator_that_was_not_kept_is_named_with_remedies(results):
    lost, bicubic = find_end(results, "mse-adv0-s0"), find_end(results, "bicubic")
    with pytest.raises(StoreError, match=r"generator.safetensors: expected .*or choose another"):
        lost.generator()
    with pytest.raises(StoreError, match=r"bicubic: has no weights; take a trial$"):
        bicubic.generator()


def test_only_who_mixes_is_told_that_images_can_be_mixed(results):
    for name in ("mse-adv0-s0", "bicubic"):
        end = find_end(results, name)
        with pytest.raises(StoreError, match="or mix images with --space images"):
            end.digest(results, "pets", ["cat"], "weights")
        with pytest.raises(StoreError) as refused:
            end.generator()
        assert "images" not in str(refused.value)


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        ("running", "interrupted: run the sweep again to go on"),
        ("interrupted", "interrupted: run the sweep again to go on"),
        ("pending", "not trained yet: run the sweep again to go on"),
        ("diverged", "it diverged: nan at step 3"),
    ],
)
def test_what_is_not_trained_yet_says_what_brings_it_about(results, state, remedy):
    files = results.trial("mse-adv0-s0-11111111")
    files.update_trial(state=state, cause="nan at step 3" if state == "diverged" else None)
    end = find_end(results, "mse-adv0-s0")
    for ask in (end.generator, lambda: end.images(results, "pets", ["cat"])):
        with pytest.raises(StoreError, match=remedy) as refused:
            ask()
        assert "delet" not in str(refused.value)


def test_a_damaged_generator_is_no_end(results):
    files = results.trial("mse-adv0-s0-11111111")
    files.generator.write_bytes(b"half")
    files.update_trial(state="done")
    files.write_result(ResultRecord(steps=20, scores={}, generator_sha256="ab" * 32))
    with pytest.raises(StoreError, match=r"records \(abababababab\), got another or a damaged"):
        find_end(results, "mse-adv0-s0").generator()


def test_images_that_were_not_kept_are_named(results):
    with pytest.raises(StoreError, match=r"expected 2 images, 2 missing \(cat.png"):
        find_end(results, "mse-adv0-s0").images(results, "pets", ["cat", "dog"])


def test_a_file_is_an_end_with_weights_and_without_images(results, tmp_path):
    path = tmp_path / "RRDB.pth"
    path.write_bytes(b"weights")
    end = find_end(results, str(path))
    assert (end.name, end.generator()) == ("RRDB", path)
    with pytest.raises(StoreError, match=r"RRDB\.pth: has no images in .*; take --space weights"):
        end.images(results, "set5", ["a"])


def test_a_file_that_is_called_as_a_trial_is_refused(results, tmp_path):
    (tmp_path / "srresnet-s0.pth").write_bytes(b"weights")
    with pytest.raises(StoreError, match="has another srresnet-s0; rename the file"):
        find_end(results, str(tmp_path / "srresnet-s0.pth"))
