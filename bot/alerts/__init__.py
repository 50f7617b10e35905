"""What is sent unasked: alerts on what a chat watches, and digests, each at a time that suits the chat."""
