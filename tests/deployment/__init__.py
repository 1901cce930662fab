"""The files of examples/deployment: held against the code, and run."""
