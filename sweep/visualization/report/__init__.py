"""The report: one HTML page that holds a whole sweep and opens without any network.

Leaf package: importing it loads pandas; writing a page loads Pillow and jinja2. It never loads
torch.
"""
