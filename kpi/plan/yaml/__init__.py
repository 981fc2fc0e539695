"""YAML text to plain data with its positions in the file, and back."""
