"""Workers: processes that read texts, and what is said to them. Used by the server and by the corpus job."""
