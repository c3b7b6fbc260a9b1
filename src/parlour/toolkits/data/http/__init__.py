"""APIs that are spoken to over HTTP."""
