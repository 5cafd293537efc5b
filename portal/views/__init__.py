"""Public pages: forms in, operations called, templates shown."""
