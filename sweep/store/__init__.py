"""The only reader and writer of a results folder."""
