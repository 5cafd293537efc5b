"""Ways of paying money out: a file for the bank, a payment provider, and a bank of ours for demo and tests."""
