"""Lists: views that people keep, what they chose to see, and work on many rows."""
