"""What messages say: the sentences of each language with their places for names and dates, and the letter made of them."""
