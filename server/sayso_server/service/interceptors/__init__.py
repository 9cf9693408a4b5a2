"""What every call passes before its method: observation, tokens, messages that do not decode."""
