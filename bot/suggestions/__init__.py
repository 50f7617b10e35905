"""Questions that a reader of an answer may ask next, made of what its hits say and checked to be answered by it."""
