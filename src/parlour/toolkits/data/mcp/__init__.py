"""MCP servers of others: programs on this machine, or servers elsewhere, whose tools a project uses."""
