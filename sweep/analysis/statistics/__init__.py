"""Confidence intervals over seeds, and a bootstrap of the difference of two methods.

Importing it loads nothing heavy; NumPy and SciPy are loaded by the functions that compute.
"""
