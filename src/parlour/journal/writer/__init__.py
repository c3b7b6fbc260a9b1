"""The one writer of each database."""
