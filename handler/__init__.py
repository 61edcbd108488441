"""The HTTP action that a GPT calls."""
