"""The built-in model: no AI, no network; it answers what it fully understands and declines the rest."""
