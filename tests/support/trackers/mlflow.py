"""Stands in for mlflow where a test is about whether it is imported."""
