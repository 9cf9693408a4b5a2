"""Reads the text in order: mentions, pronouns, turns and conversation."""
