"""The catalogue of gifts, their stock, and orders on their way."""
