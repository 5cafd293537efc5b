"""Landing pages and the member centre."""
