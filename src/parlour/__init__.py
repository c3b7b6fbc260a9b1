"""Parlour: the room where people talk with their own systems."""

__version__ = "0.1.0"
