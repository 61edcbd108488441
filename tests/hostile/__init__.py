"""The hostile review at full size, outside the tests: `python -m tests.hostile`. Counts, findings, and memory."""
