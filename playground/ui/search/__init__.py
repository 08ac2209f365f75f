"""The Search page in pieces: a namespace, what is put into it, a question, and what it found."""
