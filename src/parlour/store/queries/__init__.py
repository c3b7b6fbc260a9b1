"""What is asked of the tables, one file a subject."""
