"""What is known of a warehouse besides its tables: what was built after what, and what may be published."""
