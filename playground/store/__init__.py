"""What is kept on disk: the run history and the media of requests."""
