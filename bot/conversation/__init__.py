"""What is replied to a message, the same in Telegram and in the terminal; nothing here knows either."""
