"""Who hears it."""
