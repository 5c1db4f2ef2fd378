"""What an installation may change: settings, lifecycle definitions, the defaults of a programme year."""
