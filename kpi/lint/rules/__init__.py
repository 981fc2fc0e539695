"""One rule per file, with its page of the same name."""
