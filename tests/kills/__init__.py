"""Runs of the command line, killed at random moments while somebody reads. Outside CI: `python -m tests.kills`."""
