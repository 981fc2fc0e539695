"""Compares two versions of a plan. Reads earlier versions from git. Prints nothing and computes no values."""
