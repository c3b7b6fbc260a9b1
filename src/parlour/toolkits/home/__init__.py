"""A home as a graph: what is in it, how it hangs together, and nine ways to ask."""
