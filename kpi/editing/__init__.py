"""Changes that commands make to the files of a plan: the new texts, their validity, and how to take them back."""
