"""What hands jobs to worker processes. It holds no state of a sweep: that is in its files."""
