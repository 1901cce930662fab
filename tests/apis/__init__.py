"""Tests of APIs as values: those there are, and invented ones."""
