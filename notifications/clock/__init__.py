"""The work of the clock: ticks, one process at a time, what is thrown away."""
