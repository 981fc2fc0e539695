"""The language server: diagnostics, hovers, definitions and completions for plans in an editor."""
