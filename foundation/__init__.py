"""Plain Python that every room stands on: errors, money, ids, text. Imports no Django."""
