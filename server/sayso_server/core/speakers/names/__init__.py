"""Names in the text: found, read, and put together where they are of one person or thing."""
