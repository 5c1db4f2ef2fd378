"""Dates of a person, for calendar programs."""
