"""The sample corpus of the demo, and what builds it."""
