"""Figures beside what one would use instead. Never imported by the package; README.md says what is compared."""
