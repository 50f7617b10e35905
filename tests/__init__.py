"""The tests, and the benchmarks and evaluations that are run by hand."""
