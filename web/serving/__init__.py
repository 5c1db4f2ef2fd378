"""What serves a request: who is there, transactions, access, answers, receipts, files."""
