"""`newsbot eval`: search, answers and citations measured on questions with known answers."""
