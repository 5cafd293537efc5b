"""Django's PostgreSQL backend, whose schema editor builds the wall between organisations."""
