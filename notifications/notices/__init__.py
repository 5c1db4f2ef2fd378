"""What happened to models, told to those whom it concerns."""
