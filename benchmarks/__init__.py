"""Benchmarks: one file per row, each run with its peers in the same run. Never part of the tests."""
