"""Trains SRGAN generators and runs them."""
