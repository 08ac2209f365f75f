"""Files that a person gives: taken by upload, camera, microphone and address, shown before and after they are sent."""
