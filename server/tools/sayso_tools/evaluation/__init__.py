"""Accuracy: of the models on annotated files, and of whole results on benchmarks."""
