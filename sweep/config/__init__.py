"""What a sweep is asked to do: its schema, its grid, and what may extend it."""
