"""What is kept: the tables, and every question that is asked of them."""
