"""The receipt of a run on a page of its own: what it was, its link, and the same request asked again."""
