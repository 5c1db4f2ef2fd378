"""Lists of models: filters, orders, search, paging, and how many there are in each state."""
