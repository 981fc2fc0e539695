"""What programs that write plans are told, and the tools that answer their questions: ``kpi skill`` and ``kpi mcp``."""
