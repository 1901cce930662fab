"""Commands for whoever works on the package; nothing here ships."""
