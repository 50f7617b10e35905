"""Articles: read, cleaned, planned, split, embedded and stored; and searched."""
