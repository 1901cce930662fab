"""Tests of core/drift."""
