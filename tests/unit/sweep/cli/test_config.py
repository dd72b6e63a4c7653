import json

from srgan_core.yaml_files import parse_yaml
from sweep.config.loading import load_config, validate_config


def test_a_file_is_printed_with_all_that_it_inherits(sweep, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("base: smoke\nadversarial: {steps: 7}\n")
    printed = sweep("config", str(own))
    assert printed.status == 0
    expected = load_config("smoke", {"adversarial.steps": 7})
    assert validate_config(parse_yaml(printed.out, "printed"), "printed") == expected


def test_the_schema_is_json(sweep):
    assert "properties" in json.loads(sweep("config", "--schema").out)


def test_an_unknown_config_is_named(sweep):
    refused = sweep("config", "smke")
    assert refused.status == 2
    assert "did you mean 'smoke'?" in refused.err
