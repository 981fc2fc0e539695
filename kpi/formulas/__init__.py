"""Text to tree, names and types, with columns for every mistake. Nothing is evaluated, and no SQL lives here."""
