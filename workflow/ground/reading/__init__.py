"""What people write, paste and attach, understood: text, numbers, dates, kinds of file. No tables."""
