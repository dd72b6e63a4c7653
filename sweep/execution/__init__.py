"""Carries a plan out: jobs, the executors that run them, and what their failures mean."""
