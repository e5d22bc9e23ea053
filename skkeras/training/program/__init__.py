"""One epoch of fits of one architecture as a single compiled function."""
