"""One model as pages, exports and commands show it: its records, its history, its kin, what can be done next."""
