"""The till: reserve what a basket takes, redeem, release, reverse."""
