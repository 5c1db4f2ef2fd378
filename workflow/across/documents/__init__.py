"""Papers in and out of the office: spreadsheets and official documents. Which record they belong to is decided elsewhere."""
