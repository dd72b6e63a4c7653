"""Scores restored images: what the metrics are, and the code that computes them."""
