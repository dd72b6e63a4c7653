"""Images that others restored: paired, scored by the same code, added to a sweep."""
