"""What a caller sees of a random corpus, by every door, compared with a filter in plain Python over all chunks."""
