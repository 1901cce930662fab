"""Tests of the REST request action."""
