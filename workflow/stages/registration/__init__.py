"""The first stage: drafts, the registration form, targets, governed changes of name and field."""
