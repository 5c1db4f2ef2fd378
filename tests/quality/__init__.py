"""Properties of the repository itself rather than of its behaviour."""
