"""Benchmarks: how fast the mock answers, as a ratio to a FastAPI hello-world in the same run."""
