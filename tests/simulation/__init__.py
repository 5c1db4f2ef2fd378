"""A year lived through on a throw-away database, and an independent reckoning of what people had to be told in it."""
