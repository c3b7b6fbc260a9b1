"""Tools we ship, one folder or file each."""
