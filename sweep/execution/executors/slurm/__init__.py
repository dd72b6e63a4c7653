"""Trials as jobs of SLURM."""
