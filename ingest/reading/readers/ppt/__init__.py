"""PowerPoint files from before 2007 (PPT)."""
