"""One message: its words, its subject, the mail it becomes."""
