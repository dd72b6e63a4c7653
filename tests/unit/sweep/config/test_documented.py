import json

import pytest

from srgan_core.yaml_files import parse_yaml
from sweep.config.documented import documented_yaml, json_schema
from sweep.config.loading import load_config, validate_config
from sweep.config.names import CONFIGS


@pytest.mark.parametrize("name", CONFIGS)
def test_what_is_printed_is_the_same_config(name):
    config = load_config(name)
    assert validate_config(parse_yaml(documented_yaml(config), name), name) == config


def test_every_field_stands_with_its_documentation_and_default():
    lines = documented_yaml(load_config("smoke")).splitlines()
    steps = lines.index("  steps: 20")
    assert lines[steps - 1] == (
        "  # Updates of the generator. Has to be >= 1 and <= 1000000000. Has no default."
    )
    assert "  axes: {}" in lines
    assert "    skimage3: {limit: 2, crop: 96}" in lines
    described = [line for line in lines if line.lstrip().startswith("# Seeds, from 0")]
    assert described[0].endswith("Default: [0].")
    assert max(map(len, lines)) <= 100


def test_the_schema_knows_bases_and_words_for_many():
    schema = json_schema()
    json.dumps(schema)
    assert {"required": ["base"]} in schema["anyOf"]
    adv = schema["$defs"]["GridConfig"]["properties"]["adv"]
    assert adv["anyOf"][1] == {"type": "string"}
    assert schema["properties"]["scale"]["enum"] == [2, 4, 8]
    assert schema["additionalProperties"] is False
