"""The readers without a model: what turns a question and its hits into the statements of an answer."""
