import pytest


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--set nonsense=1", "key 'nonsense' is unknown: schema_version"),
        ("--set adversarial.learnin_rate=1", "did you mean 'learning_rate'?"),
        ("--set objective.vgg9.pixel_weight=1", "content 'vgg9' is unknown"),
        ("--set nonsense", "--set nonsense: expected key.path=value"),
        ("--set a=[", "not valid YAML"),
        ("--content vgg45", "did you mean 'vgg54'?"),
        ("--content mse,,mse", "expected a name, got ''"),
        ("--metrics psrn", "did you mean 'psnr'?"),
        ("--eval set55", "did you mean 'set5'?"),
        ("--eval folder:", "test set 'folder:' is unknown"),
        ("--eval folder:nowhere", "nowhere: expected a folder of images, found none"),
        ("--config smke", "did you mean 'smoke'?"),
        ("--config own.yaml", "own.yaml: no such config file"),
        ("--adv=-0.1", "expected a number of 0 or above, got '-0.1'"),
        ("--adv nan", "got 'nan'"),
        ("--adv inf", "got 'inf'"),
        ("--adv much", "got 'much'"),
        ("--adv=", "expected at least one value, got an empty list"),
        ("--adv 1e-3,0.001", "expected every value once, 0.001 stands twice"),
        ("--adv 1e-400", "expected a number of 0 or above, got '1e-400'"),
        ("--adv auto", "--adv auto: expected --trials N beside it"),
        ("--trials 6", "--trials: is for --adv auto"),
        ("--adv 1e-3 --trials 6", "--trials: is for --adv auto"),
        ("--adv auto,1e-3 --trials 6", "--adv: expected auto alone or numbers, got both"),
        ("--adv auto --trials 0", "0 is not in the range x>=1"),
        ("--adv auto --trials 9", "expected psnr_y and one of niqe"),
        ("--adv auto --trials 9 --set grid.trials=8", "grid.trials: stands beside its own option"),
        ("--set grid.adv=auto", "grid.adv: expected numbers, got 'auto'; grid.trials: N"),
        ("--set grid.adv=[auto]", "grid.adv: expected numbers, got 'auto'; grid.trials: N"),
        ("--set grid.trials=0", "grid.trials: expected"),
        ("--steps 2 --set adversarial.steps=3", "adversarial.steps: stands beside its own option"),
        ("--seeds -1", "expected a whole number of 0 or above"),
        ("--seeds 18446744073709551616", "whole numbers from 0 to 4294967295"),
        ("--scale 3", "scale: expected 2, 4 or 8, got 3"),
        ("--scale 2", "no SRResNet for scale 2 comes with the package"),
        ("--steps 0", "0 is not in the range x>=1"),
        ("--jobs 0", "expected a number of 1 or above or auto, got '0'"),
        ("--device gpu", "device 'gpu' is unknown: auto, cpu, cuda, cuda:N, mps"),
        ("--set adversarial.patch_size=40", "patch_size to be a multiple of 16, got 40"),
        ("--set adversarial.patch_size=4096", "set a smaller adversarial.patch_size"),
        ("--set schema_version=99", "expected schema_version 1, got 99"),
        ("--init missing.safetensors", "missing.safetensors: no such file"),
        ("--start srgn", "expected srresnet or srgan, got 'srgn'"),
        ("--start srgan,srgan", "expected every value once, srgan stands twice"),
        ("--start srgan --init missing", "--init missing: no such file or folder; give the folder"),
        ("--init .", "expected a pair, found no generator.safetensors"),
        ("--start srresnet --init .", "is the folder of a pair, from which no trial"),
        (
            "--start srgan --set srgan.start=bundled --set srgan.training=null",
            "set patch_size to 48, or give another pair",
        ),
        (
            "--start srgan --set adversarial.patch_size=48",
            "srgan.training to have patch_size and discriminator.channels of adversarial (48, 8)",
        ),
        ("--adv 1e-2:1e-4:3", "expected LOW:HIGH:COUNT"),
        ("--adv 1e-4:1e-2:3,0.001", "expected every value once, 0.001 stands twice"),
        ("--seeds 4-0", "expected FIRST-LAST"),
        ("--seeds 0-4,2", "expected every value once, 2 stands twice"),
        ("--axis adversarial.steps", "--axis adversarial.steps: expected key.path=value,value"),
        ("--axis eval.sets=set5,set14", "no weight of a trial depends on this one"),
        ("--axis adversarial.learning_rate=1e-4,-1", "greater than 0, got -1"),
        ("--axis grid.adv=1e-4,1e-3", "is an axis already: say --adv"),
        (
            "--axis adversarial.steps=5,6 --steps 7",
            "adversarial.steps: stands beside its own option",
        ),
        (
            "--axis adversarial.steps=5,6 --set adversarial.steps=7",
            "adversarial.steps: stands beside --set adversarial.steps; give one of them",
        ),
        ("--axis adversarial.steps=5 --axis adversarial.steps=6", "give all of its values at once"),
        ("--axis adversarial.steps=5,6 --score-every 6", "expected at most 5"),
    ],
)
def test_wrong_usage_is_refused_with_one_message(refused, arguments, message):
    assert message in refused(*arguments.split(" "))


def test_a_generator_for_the_realistic_end_is_refused(refused, tmp_path):
    (tmp_path / "generator.safetensors").touch()
    message = refused("--start", "srgan", "--init", str(tmp_path / "generator.safetensors"))
    assert "is the file of a generator, from which no trial of this --start sets" in message


def test_all_wrong_values_are_told_at_once(refused):
    message = refused("--scale", "3", "--content", "vgg45", "--set", "nonsense=1")
    assert message.startswith("error: config smoke: ")
    assert len(message.splitlines()) == 3
