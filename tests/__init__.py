"""Tests: they mirror the four packages, and add packaging, repository, browser and benchmark runs."""
