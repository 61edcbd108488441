"""Measures, as ratios within one run."""
