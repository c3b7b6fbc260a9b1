"""The wire: what clients and server say to each other. Values only; imports nothing of the server."""
