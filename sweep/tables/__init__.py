"""Result tables: from result rows to CSV files, and from there to readable tables.

Leaf package: importing it loads pandas, so commands import it when they run.
"""
