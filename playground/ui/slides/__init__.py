"""Slides: runs in an order, one after the other in large type."""
