"""Units, accounts, programme years, definitions, the history."""
