"""Figures and reports drawn from the records: always reproducible, for now or as of a day."""
