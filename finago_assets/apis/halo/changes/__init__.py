"""Changes of a connection, guarded: what may be in one, how it differs from what is there, and that it happens once."""
