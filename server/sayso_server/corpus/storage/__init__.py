"""File storage: local folders and object stores.

places    addresses and patterns: local paths and `s3://...`
local     local files and folders, with the standard library only
remote    the same over pyarrow.fs; its lock is a lease (lease), held by a process (owner)
streams   bytes of a file from a position on, compressed or not
access    the storage for an address
"""
