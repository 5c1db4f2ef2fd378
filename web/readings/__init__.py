"""What pages read beyond the questions the domain answers: a fixed number of statements for each page, however long its lists."""
