"""PowerPoint files of before 2007 (PPT)."""
