"""One request, from a template or by hand, to an answer on disk and to wherever its records are wanted."""
