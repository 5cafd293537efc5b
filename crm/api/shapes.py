"""What the endpoints of this room share."""

MINOR = {"min_value": 0, "max_value": 10**15}
