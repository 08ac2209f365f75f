"""What many runs say about models: medians and shares with intervals, one sentence per pair, votes, retrieval, overlap.

Pure functions over numbers; nothing here asks a model or reads a store.
"""
