"""Journeys through the pages in a real browser, on the sample year."""
