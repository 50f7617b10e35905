"""What is said in a conversation: messages come in, replies go out; a reply may have buttons."""

from __future__ import annotations

from dataclasses import dataclass

from bot.answers import Answer, Citation


@dataclass(frozen=True)
class Message:
    """What somebody wrote, or pressed; `user_id` and `chat_id` are Telegram's.

    Without a chat it is the private one of the user. `thread_id` is the topic in a group that has topics, `name` how
    the user is called, `language` that of the user's Telegram ("de", "pt-br"), `press` the data of a pressed button,
    and then `text` is its label.
    """

    user_id: int
    text: str = ""
    chat_id: int | None = None
    is_group: bool = False
    thread_id: int | None = None
    name: str = ""
    language: str = ""
    press: str = ""

    @property
    def chat(self) -> int:
        """The chat that it was said in."""
        return self.user_id if self.chat_id is None else self.chat_id

    @property
    def conversation(self) -> str:
        """The conversation that it belongs to: its chat; in a group each user has one of their own."""
        return f"{self.chat}/{self.user_id}" if self.is_group else str(self.chat)


@dataclass(frozen=True)
class Button:
    """A button under a reply; `data` comes back when it is pressed (at most 64 bytes)."""

    label: str
    data: str


@dataclass(frozen=True)
class Excerpt:
    """A quote in its surrounding text: `before + citation.quote + after` stands in the article; page 1 of `pages`."""

    citation: Citation
    before: str
    after: str
    page: int
    pages: int


Content = Answer | Excerpt | str
Buttons = tuple[tuple[Button, ...], ...]  # row by row


@dataclass(frozen=True)
class Reply:
    """What is shown: an answer, an excerpt, or plain text (a `Text` is translated), with buttons under it.

    `progress` replaces the last progress and may be skipped; the text of an answer that is progress begins the text of
    the answer that follows. `in_place` takes the place of the message whose button was pressed; a `notice` is a few
    words that pop up and go. The `heading` says above an answer what was asked, where a button asked it. The `language`
    of the interface is set by the conversation.
    """

    content: Content
    progress: bool = False
    buttons: Buttons = ()
    in_place: bool = False
    notice: bool = False
    heading: str = ""
    language: str = ""
