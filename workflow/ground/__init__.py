"""What everything else rests on: the database and its two makes, and rules of time that no subject owns."""
