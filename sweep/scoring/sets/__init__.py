"""Test sets: where their images come from, what of them is scored, and their references."""
