"""The pictures of the benchmark: their data, how they are drawn, the files."""
