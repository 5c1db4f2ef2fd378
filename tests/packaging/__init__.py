"""The distribution: is everything in it, does it work away from the checkout."""
