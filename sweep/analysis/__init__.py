"""What the tables say: fronts, intervals, comparisons, recommendations. Imports no torch."""
