"""Answers as people see them: plain text for a terminal, HTML messages for Telegram."""
