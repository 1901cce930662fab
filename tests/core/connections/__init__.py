"""The client, rule by rule."""
