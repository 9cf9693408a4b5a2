"""Scheduling: the queue of documents and their assignment to workers."""
