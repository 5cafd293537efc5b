"""Text messages on the wire: one port, a file for each vendor. Knows no database."""
