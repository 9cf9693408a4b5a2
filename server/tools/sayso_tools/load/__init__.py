"""Load on a server: calls that are sent when they are due, whatever became of those before, and what their callers saw.

A generator that waits for an answer before it sends the next call measures a slow server kindly: while it waits, the
calls that would have come are not sent, and not counted. Here the times are fixed beforehand, and a latency counts from
the time at which its call was due.
"""
