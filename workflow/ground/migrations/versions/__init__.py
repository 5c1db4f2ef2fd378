"""One module per step, four-digit names, each tested up and down on populated data."""
