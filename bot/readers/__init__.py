"""The readers: what turns a question and its hits into the statements of an answer."""
