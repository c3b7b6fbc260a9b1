"""Databases asked in SQL: one statement at a time, looked through, in a transaction that only reads."""
