"""Every command: its name, who may use it and where, what it does in one line, and its handler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.conversation import administration, basics, news, sources, subscriptions
from bot.conversation.desk import Handler, Request
from bot.conversation.rights import Right, has_right
from bot.texts import Text


@dataclass(frozen=True)
class Command:
    """A command; `group_right` is the right that it needs in a group, where that is another one.

    What a command tells that is `for_admins` is told only where nobody but admins reads it.
    """

    name: str
    right: Right
    help: Text
    run: Handler
    group_right: Right | None = None
    for_admins: bool = False

    def needs(self, *, in_group: bool) -> Right:
        """The right that it needs there."""
        return self.group_right if in_group and self.group_right else self.right


COMMANDS = {
    command.name: command
    for command in (
        Command("ask", "ask", Text("ask a question"), basics.run_ask),
        Command("latest", "ask", Text("the latest news, or the latest on a topic"), news.run_latest),
        Command("timeline", "ask", Text("what happened on a topic, day by day"), news.run_timeline),
        Command("watch", "ask", Text("tell me when there is news on a topic"), subscriptions.run_watch, "admin"),
        Command("unwatch", "ask", Text("stop telling me"), subscriptions.run_unwatch, "admin"),
        Command("digest", "ask", Text("the stories of the day, every day"), subscriptions.run_digest, "admin"),
        Command("sources", "ask", Text("where the articles are from"), sources.run_sources),
        Command("forget", "anybody", Text("forget what we talked about"), basics.run_forget),
        Command("language", "anybody", Text("choose the language of this bot"), basics.choose_language, "admin"),
        Command("help", "anybody", Text("how to ask"), basics.run_help),
        Command("start", "anybody", Text("what this bot does"), basics.run_start),
        Command("status", "ask", Text("how many articles there are"), administration.run_status),
        Command("reindex", "admin", Text("bring the articles up to date"), administration.run_reindex, for_admins=True),
        Command(
            "questions",
            "admin",
            Text("what was asked and could not be answered"),
            administration.run_questions,
            for_admins=True,
        ),
        Command(
            "feedback",
            "admin",
            Text("what people thought of the answers"),
            administration.run_feedback,
            for_admins=True,
        ),
        Command("users", "admin", Text("who uses this bot"), administration.run_users, for_admins=True),
        Command("allow", "admin", Text("let somebody ask"), administration.run_allow),
        Command("ban", "admin", Text("let somebody ask no more"), administration.run_ban),
    )
}


def list_commands(request: Request) -> Iterator[Command]:
    """The commands that somebody may use where he is."""
    for command in COMMANDS.values():
        if has_right(request.role, command.needs(in_group=request.message.is_group)):
            yield command
