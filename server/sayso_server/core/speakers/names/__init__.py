"""Names in the text: finds and reads them, and clusters those of one person or thing."""
