"""The tables of the state database; only `bot.state` imports this, where it needs them, because SQLAlchemy is heavy."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData()

# `last` is when the last turn of the conversation was kept, in seconds since 1970: the same in all rows of one.
TURNS = Table(
    "turns",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("conversation", String(64), nullable=False, index=True),
    Column("last", Double, nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
)

# What the model used in one day (ISO, UTC); `questions` are those for which it was called.
USAGE = Table(
    "usage",
    METADATA,
    Column("day", String(10), primary_key=True),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("calls", BigInteger, nullable=False),
    Column("questions", BigInteger, nullable=False),
)

# Accepted updates of Telegram. `finished` is when (seconds since 1970), null before; `until` is when the lease of the
# holder that works on it ends, 0 if nobody does; `sent` has the ids of messages sent for it, each before a comma, and
# -N where one was on its way while N was the newest id.
INBOX = Table(
    "inbox",
    METADATA,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("lane", String(64), nullable=False),
    Column("chat_id", BigInteger),
    Column("message_id", BigInteger),
    Column("payload", Text, nullable=False),
    Column("sent", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("holder", String(64), nullable=False, default=""),
    Column("until", Double, nullable=False, default=0.0),
    Column("finished", Double),
    Index("inbox_waiting", "finished", "lane", "update_id"),
    Index("inbox_message", "chat_id", "message_id"),
)

# What one process at a time may do: who does it, and until when; `value` outlives the lease.
LEASES = Table(
    "leases",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", Double, nullable=False),
    Column("value", Text, nullable=False),
)

# What is watched in a chat; `after` is the number of the newest article when that began, `key` the topic folded.
WATCHES = Table(
    "watches",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("thread_id", BigInteger),
    Column("topic", Text, nullable=False),
    Column("key", String(200), nullable=False),
    Column("after", BigInteger, nullable=False),
    UniqueConstraint("chat_id", "key"),
)

# An article that matched a watch, once for each chat; `state` is waiting, sending, sent or dropped; `found` and `sent`
# are seconds since 1970, and `message` is the first article of the message that it went in.
ALERTS = Table(
    "alerts",
    METADATA,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", Text, primary_key=True),
    Column("thread_id", BigInteger),
    Column("topic", Text, nullable=False),
    Column("state", String(8), nullable=False, index=True),
    Column("found", Double, nullable=False),
    Column("sent", Double, nullable=False, default=0.0),
    Column("message", Text, nullable=False, default=""),
)

# The times of a chat: its zone ("" = that of the settings), quiet hours ("22:00-07:00"), the daily digest ("08:00"),
# each empty if there is none, and `day` (ISO, of the chat) for which the last digest was sent.
DIGESTS = Table(
    "digests",
    METADATA,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger),
    Column("zone", String(64), nullable=False, default=""),
    Column("quiet", String(11), nullable=False, default=""),
    Column("at", String(5), nullable=False, default=""),
    Column("day", String(10), nullable=False, default=""),
)

# Who has written, and groups of which something is known; `role` is empty, or "reader", "admin", "banned".
PEOPLE = Table(
    "people",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(100), nullable=False),
    Column("role", String(10), nullable=False),
    Column("language", String(10), nullable=False),
    Column("first", Double, nullable=False),
    Column("last", Double, nullable=False),
)

# The codes of which one makes the first admin, hashed, and who tried which when.
PAIRING_CODES = Table(
    "pairing_codes",
    METADATA,
    Column("code", String(100), primary_key=True),
    Column("made", Double, nullable=False),
)
PAIRING_TRIES = Table(
    "pairing_tries",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("tried", Double, nullable=False),
)

# Every question that was asked with its answer as JSON; both are empty once they are forgotten. No number comes twice,
# so that a button under an old message is never about another answer.
ANSWERS = Table(
    "answers",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("conversation", String(64), nullable=False, index=True),
    Column("asked", Double, nullable=False, index=True),
    Column("status", String(20), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Index("answers_of_user", "user_id", "asked"),
    sqlite_autoincrement=True,
)

# What a user thought of an answer: 1 or -1.
VOTES = Table(
    "votes",
    METADATA,
    Column("answer_id", Integer, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("vote", Integer, nullable=False),
    Column("voted", Double, nullable=False),
)
