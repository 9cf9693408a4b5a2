"""The text read in order: mentions, pronouns, turns and conversation."""
