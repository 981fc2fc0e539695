"""YAML text to plain data that knows where it stands in the file, and back."""
