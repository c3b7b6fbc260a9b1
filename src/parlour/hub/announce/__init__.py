"""How the servers of one house tell each other what happened."""
