"""Tests that attack: random lives of models, races, tampering, and the matrix role × state × transition."""
