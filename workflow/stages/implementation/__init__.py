"""The second stage: plan and results, files as evidence, what people write to each other."""
