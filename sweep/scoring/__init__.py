"""Scores of images, of test sets and of anyone's generators, by the metrics of `sweep.metrics`."""
