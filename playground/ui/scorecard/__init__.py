"""The scorecard of a comparison: asked many times, measured, said in sentences."""
