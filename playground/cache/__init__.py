"""The verified semantic cache: reuses an answer for a similar prompt while it keeps a stated bound on the error."""
