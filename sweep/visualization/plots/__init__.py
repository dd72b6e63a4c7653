"""Charts from the tables of a results folder.

Leaf package: importing it loads pandas, and drawing loads matplotlib, so commands import it when
they run. It never loads torch.
"""
