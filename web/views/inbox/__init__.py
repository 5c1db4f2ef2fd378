"""Messages to oneself and how one wants to be told."""
