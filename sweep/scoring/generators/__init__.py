"""Generators of other projects: their files read safely, their names mapped."""
