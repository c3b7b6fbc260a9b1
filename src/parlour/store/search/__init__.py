"""Finding what was said: conversations by their titles and by the words of their messages."""
