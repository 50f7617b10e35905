"""The model: the reader that lets one write, the rewriter of follow-ups, and all that is said to it and comes back."""
