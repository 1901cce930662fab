"""Tests of what users add in YAML."""
