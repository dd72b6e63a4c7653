"""What a worker process does: make references, train, restore, score. Writes through the store.

A job may run twice: everything it finds done on disk it leaves as it is.
"""
