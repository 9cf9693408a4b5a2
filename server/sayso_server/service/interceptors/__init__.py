"""Interceptors of all calls: observation, authentication, malformed messages."""
