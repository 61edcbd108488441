"""Published snapshots: immutable, versioned copies of a corpus, on S3 or in a folder.

latest.json              which version is served; replaced last, and only where nobody else has replaced it
canary.json              which version is served first to some, where there is one; the same, or removed
versions/<version>.json  a manifest: the version's files with their hashes, and what they hold
objects/<sha256>         the files themselves, named by their content
"""
