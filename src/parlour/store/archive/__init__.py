"""A whole database as pieces that any other one can take in: backup files, restoring, moving from store to store."""
