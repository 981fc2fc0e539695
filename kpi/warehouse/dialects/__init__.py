"""What each engine says differently: one file an engine, differences only."""
