"""Pictures that show the restored images side by side.

Leaf package: importing it loads pandas, and drawing loads numpy, Pillow and matplotlib (for its
fonts), so commands import it when they run. It never loads torch.
"""
