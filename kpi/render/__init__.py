"""From what was found to what a person or a program reads: one file a format. Nothing is computed here."""
