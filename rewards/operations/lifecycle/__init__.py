"""The life of a reward: expected, promised, held, settled, handed over, taken back."""
