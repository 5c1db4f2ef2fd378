"""What is due soon or late: planned, asked again, told to those who owe it or look after it."""
