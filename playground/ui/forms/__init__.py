"""The fourth door: a request that was pasted, put into the form of the page that makes such requests."""
