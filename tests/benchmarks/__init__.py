"""Benchmarks: ratios against a floor measured in the same run, interleaved, at the tenth percentile. Run by `make bench`."""
