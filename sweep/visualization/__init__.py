"""What is shown: charts, figures, the page, printed tables."""
