"""Published snapshots: written, read, damaged, raced for."""
