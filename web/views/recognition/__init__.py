"""Dossiers sent up and decisions."""
