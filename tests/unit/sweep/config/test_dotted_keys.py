from sweep.config.dotted_keys import dotted, replaced, value_at
from sweep.config.loading import load_config


def test_nested_settings_become_dotted_names():
    config = {"a": {"b": {"c": 1}, "d": None}, "e": {}}
    assert dict(dotted(config)) == {"a.b.c": 1, "a.d": None, "e": {}}


def test_a_value_is_replaced_in_sections_and_mappings_of_a_copy():
    config = load_config("smoke")
    for key in ("adversarial.discriminator.channels", "objective.vgg22.content_weight", "scale"):
        path = key.split(".")
        changed = replaced(config, path, 7)
        assert value_at(changed, path) == 7
        assert value_at(config, path) != 7
        assert replaced(changed, path, value_at(config, path)) == config
