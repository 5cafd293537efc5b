"""Customers and the relations with them."""
