"""Signing in at the authorization server that an MCP server names: OAuth 2.1, as the protocol wants it of clients."""
