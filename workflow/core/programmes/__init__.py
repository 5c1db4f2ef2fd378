"""Programme years: what they start from, how they are kept, and how they are changed."""
