"""The suite: hermetic, loopback only, names that are sentences."""
