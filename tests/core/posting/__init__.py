"""Posting, from the table to what is known of it afterwards."""
