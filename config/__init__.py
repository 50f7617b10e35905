"""What newsbot is told (settings), what it says when it cannot go on (errors), and what it logs."""
