"""Workers: processes that read texts, and their protocol. Used by the server and by the corpus job."""
