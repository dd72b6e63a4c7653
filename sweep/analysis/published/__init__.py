"""Results of articles and model zoos, and which of them may stand on a chart.

Imports nothing heavy.
"""
