"""The tables of the state database; only `bot.state` imports this, where it needs them, because SQLAlchemy is heavy."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Integer, MetaData, String, Table, Text

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
