"""Find what there is to read: files and folders, pages and sitemaps, buckets, standard input.

In: paths, URLs and patterns. Out: items (`found.Item`) with where they lie, what is said of them, and the fingerprint
that tells whether they changed. May import reading (which types are read), settings and corpus.
"""
