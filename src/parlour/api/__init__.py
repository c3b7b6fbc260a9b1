"""Doors in."""
