"""The frozen values that `sayso.models` offers. They know neither messages nor files."""
