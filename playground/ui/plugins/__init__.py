"""The Plugins page: what is installed, how it is doing, what it answers, whether that can be relied on."""
