"""The widgets of the Transcribe page."""
