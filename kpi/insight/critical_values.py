CRITICAL: dict[int, dict[int, float]] = {1: {24: 0.4}, 6: {24: 0.5}}
