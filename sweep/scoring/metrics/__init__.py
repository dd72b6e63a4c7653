"""The metrics: `specs` says what each column means, one module a metric computes it."""
