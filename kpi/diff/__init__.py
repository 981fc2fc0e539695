"""Plan by plan to changes, and the only room that calls git. Prints nothing, computes nothing."""
