"""What a plan replaces and notes, and what is refused before anything is written."""

import shutil

import numpy as np
import pytest

from srgan_core.data.images import read_rgb, write_png
from srgan_core.errors import ConfigError, DataError, DiskError, WeightsError
from srgan_core.inference import save_generator
from srgan_core.networks import Generator
from sweep.config.loading import load_config
from sweep.errors import StoreError
from sweep.planning.disk import disk_needed
from sweep.planning.plan import check_plan, plan_sweep
from sweep.scoring.sets.references import prepare_reference
from sweep.store.folder import SweepStore

pytestmark = pytest.mark.usefixtures("drawn")


@pytest.fixture
def weights(monkeypatch) -> list[str]:
    """Lets every network but VGG-19 be had, Set5 not; lists what was asked for."""
    asked = []

    def resolve(architecture: str) -> None:
        asked.append(architecture)
        if architecture == "vgg19":
            raise WeightsError("vgg19-dcbb9e9d.pth: choose vgg16-22 or vgg16-53")

    def find(name: str, cache: object = None) -> None:
        raise DataError(f"{name}: not on this machine")

    monkeypatch.setattr("srgan_core.weights.resolve_weights", resolve)
    monkeypatch.setattr("sweep.scoring.sets.test_sets.find_published", find)
    return asked


def test_quick_replaces_what_cannot_be_had_and_says_so(tmp_path, weights):
    store = SweepStore(tmp_path / "quick")
    plan = plan_sweep(store, load_config("quick", {"device": "cpu"}), frozenset())
    assert plan.config.grid.content == ("mse", "vgg16-22", "vgg16-53")
    assert {trial.content for trial in plan.trials} == {"mse", "vgg16-22", "vgg16-53"}
    assert [test_set.name for test_set in plan.sets] == ["skimage3"]
    notes = "\n".join(plan.notes)
    assert "vgg22: its weights cannot be had here, vgg16-22 stands in for it" in notes
    assert "vgg54: its weights cannot be had here, vgg16-53 stands in for it" in notes
    assert "set5: cannot be had here, skimage3 stands in for it" in notes
    assert sorted(weights) == ["alexnet", "vgg16", "vgg19"]
    assert not store.root.exists()


@pytest.mark.parametrize("typed", ["grid.content", "grid"])
def test_a_content_loss_that_was_typed_is_never_replaced(tmp_path, weights, typed):
    config = load_config("quick", {"device": "cpu", "grid.content": ["vgg22"]})
    with pytest.raises(WeightsError, match="vgg16-22"):
        plan_sweep(SweepStore(tmp_path), config, frozenset({typed}))


def test_a_content_loss_that_an_axis_names_is_never_replaced(tmp_path, weights):
    axis = {"grid.axes.objective.vgg22.content_weight": [0.01, 0.02]}
    config = load_config("quick", {"device": "cpu", **axis})
    with pytest.raises(WeightsError, match="vgg16-22"):
        plan_sweep(SweepStore(tmp_path), config, frozenset())


@pytest.mark.parametrize("typed", ["eval.sets", "eval"])
def test_a_test_set_that_was_typed_is_never_replaced(tmp_path, weights, typed):
    config = load_config("quick", {"device": "cpu", "eval.sets": ["set5"]})
    with pytest.raises(DataError, match="set5: not on this machine"):
        plan_sweep(SweepStore(tmp_path), config, frozenset({typed}))


def test_a_test_set_that_is_here_and_cannot_be_read_is_refused_and_not_replaced(
    tmp_path, weights, monkeypatch
):
    for name in "abcde":
        (tmp_path / f"{name}.png").write_text("no image")
    images = tuple(sorted(tmp_path.iterdir()))
    monkeypatch.setattr(
        "sweep.scoring.sets.test_sets.find_published", lambda name: (images, "folder")
    )
    with pytest.raises(DataError, match="test set set5: 5 of 5 images cannot be used"):
        plan_sweep(SweepStore(tmp_path / "new"), load_config("quick"), frozenset())


def test_a_config_without_substitutes_gets_none(tmp_path, weights, plan_of):
    with pytest.raises(WeightsError):
        plan_of(SweepStore(tmp_path), grid__content=["vgg54"])


def test_lpips_without_its_network_is_refused_before_training(tmp_path, monkeypatch, plan_of):
    def resolve(architecture: str) -> None:
        raise WeightsError(f"{architecture}: not here")

    monkeypatch.setattr("srgan_core.weights.resolve_weights", resolve)
    with pytest.raises(WeightsError, match="alexnet"):
        plan_of(SweepStore(tmp_path), eval__metrics=["lpips"])


def test_niqe_of_few_small_images_is_warned_about(tmp_path, plan_of):
    store, few = SweepStore(tmp_path), {"skimage3": {"limit": 2}}
    plan = plan_of(store, eval__metrics=["niqe"], eval__excerpts=few)
    assert any("NIQE is the mean of 2 images" in note for note in plan.notes)


def test_images_too_small_for_niqe_are_not_said_to_have_a_mean(tmp_path, plan_of):
    notes = "\n".join(plan_of(SweepStore(tmp_path), eval__metrics=["niqe"]).notes)
    assert "2 of 2 images with fewer than 9 of NIQE's blocks" in notes
    assert "2 without any, so there is no mean" in notes
    assert "NIQE is the mean" not in notes
    assert plan_of(SweepStore(tmp_path)).notes == ()


def test_a_folder_keeps_the_threads_that_it_was_begun_with(copy, plan_of):
    assert copy.read_config().threads == 1
    assert plan_of(copy, threads=None).config.threads == 1
    with pytest.raises(StoreError, match="threads"):
        plan_of(copy, threads=3)


def test_planning_writes_nothing(tmp_path, plan_of):
    store = SweepStore(tmp_path / "new")
    plan = plan_of(store)
    check_plan(store, plan)
    assert not store.root.exists()


def test_a_results_folder_whose_name_is_not_utf_8_is_refused(tmp_path, plan_of):
    with pytest.raises(ConfigError, match=r"--out r\\udcfc: its name is not UTF-8"):
        plan_of(SweepStore(tmp_path / "r\udcfc"))


def test_a_full_disk_is_refused(tmp_path, monkeypatch, plan_of):
    store = SweepStore(tmp_path / "new")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 9, 1 << 20))
    plan = plan_of(store)
    one, both = (disk_needed(store, plan, jobs) >> 20 for jobs in (1, 9))
    assert both > one > 1
    with pytest.raises(DiskError, match=f"1 MB of disk are free, training needs {one} MB"):
        check_plan(store, plan)
    with pytest.raises(DiskError, match=f"needs {both} MB"):
        check_plan(store, plan, jobs=9)


def test_a_full_disk_is_no_matter_when_nothing_is_to_be_trained(copy, monkeypatch, plan_of):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 9, 0))
    check_plan(copy, plan_of(copy))


def test_patches_larger_than_an_image_are_refused(tmp_path, plan_of):
    store = SweepStore(tmp_path)
    with pytest.raises(ConfigError, match=r"set a smaller adversarial\.patch_size"):
        check_plan(store, plan_of(store, adversarial__patch_size=512))


@pytest.mark.parametrize("change", ["copy", "turned", "brighter"])
def test_training_on_a_test_image_is_refused(tmp_path, own_cache, change, plan_of):
    from sweep.scoring.sets.test_sets import resolve_test_set

    rgb = read_rgb(resolve_test_set("skimage3", 4).hr[0])
    changed = {
        "copy": rgb,
        "turned": np.rot90(rgb)[:, ::-1],
        "brighter": np.minimum(rgb.astype(np.uint16) + 9, 255).astype(np.uint8),
    }
    for index in range(2):
        write_png(tmp_path / "photos" / f"{index}.png", changed[change])
    store = SweepStore(tmp_path / "new")
    plan = plan_of(store, data__sources={f"folder:{tmp_path / 'photos'}": 1.0})
    with pytest.raises(DataError, match=r"0\.png: is nearly the same image as chelsea\.png"):
        check_plan(store, plan)


def test_images_of_a_scored_set_that_changed_are_refused(copy, plan_of):
    record = copy.reference("skimage3") / "reference.json"
    record.write_text(record.read_text().replace('"chelsea": "', '"chelsea": "0'))
    with pytest.raises(StoreError, match="test set 'skimage3' have changed"):
        plan_of(copy)


def test_another_start_than_that_of_the_trials_is_refused(copy, plan_of):
    copy.generator("srresnet-s0").update_trial(recipe="file:00")
    with pytest.raises(StoreError, match="start from another SRResNet"):
        plan_of(copy)


def test_files_to_start_from_are_loaded_once_by_the_run_that_takes_them(
    tmp_path, plan_of, monkeypatch
):
    init = tmp_path / "generator.safetensors"
    save_generator(init, Generator(4, channels=4, blocks=1))
    store = SweepStore(tmp_path / "new")
    plan = plan_of(store, srresnet__init=init)
    (start,) = plan.starts.values()
    store.write_config(plan.config)
    store.generator(start.name).update_trial(recipe=start.recipe)
    with monkeypatch.context() as patch:
        patch.setattr("srgan_core.inference.load_generator", lambda *_: pytest.fail("loaded"))
        assert plan_of(store, srresnet__init=init).starts == plan.starts
    init.write_bytes(init.read_bytes()[:-5])
    with pytest.raises(WeightsError, match="not a whole safetensors file"):
        plan_of(store, srresnet__init=init)


@pytest.fixture
def moved(tmp_path, own_cache, monkeypatch, execute) -> dict[str, object]:
    """Overrides of a finished sweep in `tmp_path` whose two folders of images have moved away."""
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).integers(0, 256, (5, 70, 70, 3), np.uint8)
    for index, pixels in enumerate(noise):
        write_png(tmp_path / ("photos" if index < 3 else "pets") / f"{index}.png", pixels)
    overrides: dict[str, object] = {
        "data__sources": {"folder:photos": 1.0},
        "eval__sets": ["folder:pets"],
        "eval__excerpts": {},
    }
    assert execute(SweepStore(tmp_path / "new"), **overrides).exit_status == 0
    (tmp_path / "photos").rename(tmp_path / "moved")
    (tmp_path / "pets").rename(tmp_path / "moved-too")
    return overrides


def test_a_finished_sweep_is_scored_without_its_training_images(tmp_path, moved, plan_of, execute):
    store = SweepStore(tmp_path / "new")
    plan = plan_of(store, **moved, eval__metrics=["ssim"])
    (note,) = plan.notes
    assert f"no such folder {tmp_path / 'photos'} (a relative path, seen from {tmp_path})" in note
    assert check_plan(store, plan).keys == {}
    summary = execute(store, **moved, eval__metrics=["ssim"])
    assert (summary.exit_status, summary.trained) == (0, ())
    for name in summary.states:
        assert "ssim_y" in store.trial(name).read_result().scores["pets"]["3"]


def test_training_images_that_are_gone_are_refused_where_something_trains(tmp_path, moved, plan_of):
    store = SweepStore(tmp_path / "new")
    with pytest.raises(DataError, match=r"no such folder .*photos"):
        check_plan(store, plan_of(store, **moved, grid__adv=[1e-2]))
    trial = store.trial(plan_of(store, **moved).trials[0].name)
    trial.update_trial(state="diverged")
    (trial.path / "result.json").unlink()
    assert check_plan(store, plan_of(store, **moved)).keys == {}
    with pytest.raises(DataError, match=r"no such folder .*photos"):
        check_plan(store, plan_of(store, **moved), retry=("diverged",))


def test_training_images_that_changed_are_refused_before_anything_is_written(copy, plan_of):
    plan = plan_of(copy)
    checked = check_plan(copy, plan)
    copy.add_data_keys(checked.keys)
    assert check_plan(copy, plan) == checked
    (copy.root / "shared" / "data.json").write_text('{"skimage": "other"}')
    with pytest.raises(DataError, match="expected the images that the sweep began with"):
        check_plan(copy, plan)


def test_the_substitute_of_a_degraded_test_set_is_degraded_too(tmp_path, weights):
    changes = {"device": "cpu", "degradation": {"jpeg": {"quality": [40, 90]}}}
    plan = plan_sweep(SweepStore(tmp_path / "quick"), load_config("quick", changes), frozenset())
    assert [test_set.name for test_set in plan.sets] == ["skimage3-degraded"]
    assert "degraded:skimage3 stands in for it" in "\n".join(plan.notes)
    assert all(trial.spec.degradation == plan.config.degradation for trial in plan.trials)


def test_given_lr_that_has_changed_since_it_was_scored_is_refused(tmp_path, plan_of):
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    write_png(tmp_path / "own" / "hr" / "a.png", pixels)
    write_png(tmp_path / "own" / "lr" / "a.png", pixels[:16, :16])
    name, store = f"pairs:{tmp_path}/own/lr,{tmp_path}/own/hr", SweepStore(tmp_path / "results")
    plan = plan_of(store, eval__sets=[name])
    store.write_config(plan.config)
    prepare_reference(plan.sets[0], 4, store.reference("own-from-lr"))
    assert plan_of(store, eval__sets=[name]).sets == plan.sets
    write_png(tmp_path / "own" / "lr" / "a.png", pixels[16:32, :16])
    with pytest.raises(StoreError, match="images of test set 'own-from-lr' have changed"):
        plan_of(store, eval__sets=[name])
