"""Result tables: their rows, from the records of a folder; their columns; their CSV files.

The modules that hold frames load pandas, so commands import them when they run.
"""
