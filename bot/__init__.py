"""Questions: answered from the index, verified, rendered, in the terminal and in Telegram."""
