"""The generators of a results folder put to use: found by name, mixed, exported."""
