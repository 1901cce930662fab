"""Builds of the warehouse: what they prove, and what may be published."""
