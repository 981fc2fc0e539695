"""The plan: what may be written in its files, how they are read, and how they are checked."""
