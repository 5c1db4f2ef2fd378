"""Pages, forms and the command line: they parse, call and render, and hold no rule of the domain."""
