"""Training, evaluation and benchmarks of the bundled models and the service. Not installed by users."""
