"""The month-end binder: what of the published warehouse a controller looks at, decides on and keeps for a month."""
