"""How values look on a page: markup and format."""
