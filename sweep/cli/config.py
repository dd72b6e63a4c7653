"""`sweep config`."""

from __future__ import annotations

import json

import click

from sweep.cli.completion import complete_configs
from sweep.cli.options import DEFAULT_CONFIG
from sweep.config.names import CONFIGS

EPILOG = """\b
Examples:
  sweep config smoke
  sweep config voc2012 > own.yaml
  sweep config own.yaml
  sweep config --schema > sweep.schema.json

A file of your own may begin with `base: quick` and hold only what differs.
"""


HELP = f"""Print a config with every field, its documentation and its default, as YAML.

Configs of the package are {", ".join(CONFIGS)}; the first one is the default.
"""


@click.command("config", help=HELP, epilog=EPILOG)
@click.argument(
    "name_or_file",
    metavar="[NAME OR FILE]",
    default=DEFAULT_CONFIG,
    shell_complete=complete_configs,
)
@click.option(
    "--schema", is_flag=True, help="Print the JSON schema of a config file, for editors, instead."
)
def command(name_or_file: str, schema: bool) -> None:
    """Prints a config, or the schema of all of them."""
    from sweep.config.documented import documented_yaml, json_schema
    from sweep.config.loading import load_config

    if schema:
        click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    else:
        click.echo(documented_yaml(load_config(name_or_file)), nl=False)
