"""The one door through which a state changes, and what a decision is given."""
