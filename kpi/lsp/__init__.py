"""What editors ask about a plan that is being written: findings, meanings, definitions, completions. No protocol."""
