"""Two shops with half a year behind them, made by the product's own verbs. Deterministic."""
