"""The Embeddings page in pieces: texts in, a run, the map and what can be asked of it."""
