"""Vectors and what belongs to them: kept durably, filtered, searched; in SQLite with numpy, or in pgvector."""
