"""Where files are: folders of this machine, and object stores by address.

places    addresses and patterns: what is a path here, what is `s3://...`
local     files and folders of this machine, with the standard library alone
remote    the same over pyarrow.fs; the lock there is a lease (lease), held by a process (owner)
streams   bytes of a file from a position on, compressed or not
access    the one of them that an address needs
"""
