"""The REST doors, one file a subject."""
