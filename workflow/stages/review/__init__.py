"""The fourth stage: the commune's meeting, its members, agenda, votes, papers and what it decides."""
