"""Deadlines, reminders and their delivery. Knows the domain, not the pages."""
