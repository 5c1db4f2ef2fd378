"""The work of a person: what waits for them, and what they wait for."""
