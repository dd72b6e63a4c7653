"""The configs that are reachable by bare name, as YAML beside this file."""
