"""Compares trials, methods and sweeps by a bootstrap over seeds and images.

Reads the tables of results folders alone. Importing it loads pandas, so commands import it when
they run.
"""
