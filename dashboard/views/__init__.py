"""One file per subject; each ends with its `urls`."""
