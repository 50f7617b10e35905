"""The verification: no statement leaves an answer that its quotes do not carry."""
