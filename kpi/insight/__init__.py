"""Statistics on series: forecasts, signals, evidence and contributions. Pure functions on numbers, without I/O."""
