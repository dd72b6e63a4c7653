"""Sweeps SRGAN over adversarial weights and content losses and scores the tradeoff."""

__version__ = "0.1.0"
