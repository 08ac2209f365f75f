"""Blind vote: two answers without names, a choice, and the leaderboard of all choices."""
