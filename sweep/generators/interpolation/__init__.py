"""Curves between two generators that cost no training, to hold a trained sweep against."""
