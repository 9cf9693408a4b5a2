"""The frozen values that `sayso.models` exports, independent of messages and files."""
