"""The books: opened, closed, sealed and proved."""
