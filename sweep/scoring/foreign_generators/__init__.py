"""Generators that others trained: their files read safely, their names mapped."""
