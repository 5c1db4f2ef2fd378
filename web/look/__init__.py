"""How things look: markup, formats, pictures."""
