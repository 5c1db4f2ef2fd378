"""A model: list, page, form of each step, files, comments, consent."""
