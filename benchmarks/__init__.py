"""Measurements: each module is one, and its `measure()` returns figures by name."""
