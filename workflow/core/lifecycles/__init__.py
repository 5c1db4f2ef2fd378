"""Lifecycle definitions: their parts, reading and proving them, the shared machine, pictures, keeping and moving."""
