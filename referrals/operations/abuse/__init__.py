"""Signs of abuse: kept, gathered, weighed, decided."""
