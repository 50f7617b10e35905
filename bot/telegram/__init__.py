"""The conversation in Telegram: the only package that knows python-telegram-bot.

update → inbox (durable, in order for each chat) → conversation → delivery (draft, edits, one final message)
"""

import os

# Ask python-telegram-bot for its newer form of RetryAfter.retry_after before it is imported.
os.environ.setdefault("PTB_TIMEDELTA", "1")
