"""Widgets that make a request, and the screen that shows what came of it."""
