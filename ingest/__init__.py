"""The command line: find, read, split, embed and store documents."""
