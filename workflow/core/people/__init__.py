"""Units, registrants, accounts, roles and deputies, sessions."""
