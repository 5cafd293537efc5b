"""What the strong room refuses, one family a file."""
