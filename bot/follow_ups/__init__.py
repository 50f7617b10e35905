"""Follow-up questions: how one depends on the conversation before it, and how it is written so that it does not."""
