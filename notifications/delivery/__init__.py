"""Letters on their way out: channels, attempts, what each person chose."""
