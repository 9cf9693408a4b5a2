"""Load testing in an open loop: calls are sent on schedule, whether or not earlier ones have returned.

A load generator that waits for each response underestimates the latency of a slow server: while it waits, calls that
would have arrived are neither sent nor counted. Here the times are fixed in advance, and latency is measured from the
scheduled time of a call.
"""
