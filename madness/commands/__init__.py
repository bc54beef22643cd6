"""One file a command; whatever is slow to import is imported inside it."""
