"""Sentences that can be read on their own: whom "he" and "the ministry" mean, from the text before them."""
