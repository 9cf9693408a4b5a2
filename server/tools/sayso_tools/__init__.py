"""Making and measuring: trains the bundled models, scores them, and times the service. Nothing that users install."""
