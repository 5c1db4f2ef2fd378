"""What looks over all stages at once."""
