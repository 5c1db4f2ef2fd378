"""The sentences of pages: what the history says, what others did meanwhile, what deeds and particulars are called."""
