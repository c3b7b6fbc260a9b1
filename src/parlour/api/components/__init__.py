"""How everything does that this server is made of or works with: one file for each sort of component."""
