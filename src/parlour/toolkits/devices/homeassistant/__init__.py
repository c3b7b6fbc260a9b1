"""Home Assistant: its wire, its registry in our words, and what keeps a home in step with it."""
