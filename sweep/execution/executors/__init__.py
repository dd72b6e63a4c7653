"""Dispatchers of jobs. They hold no state of a sweep: that is in its files alone."""
