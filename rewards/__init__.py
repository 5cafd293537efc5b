"""The strong room: units, accounts, ledger, rewards, coupons, budgets."""
