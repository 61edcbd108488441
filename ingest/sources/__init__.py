"""Where items come from: files and folders, pages and sitemaps, buckets, standard input."""
