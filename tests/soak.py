"""A soak of the real `newsbot serve`: many chats that ask at once, while Telegram fails now and then.

`python -m tests.soak [CHATS] [QUESTIONS]` prints the figures.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bot.compose import build_newsbot
from bot.conversation.messages import Reply
from bot.telegram.showing import render_reply
from config.settings import Settings, load_settings
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.sources import SourceList, samples_folder
from tests.served import TOKEN, Served, serving
from tests.telegram_api import BOT_USERNAME, RandomFaults, TelegramApi, parse_html

QUESTIONS = (
    "what did Turkey demand?",
    "how many people were displaced in Idlib?",
    "who led the Turkish delegation in Moscow?",
    "how much compensation did the Suez Canal Authority claim?",
    "why was the first launch of Artemis I called off?",
    "how much did UBS pay for Credit Suisse?",
    "who scored the goal in the World Cup final?",
    "where was the ceremony for the settlement of the Ever Given held?",
    "how many moons does Saturn have?",
    "what did Omer Celik say?",
)
_GROUPS = 4  # every so many-th chat is a group
_FAULTS: tuple[int | str, ...] = (429, 502, "drop before", "drop after", "hang")


@dataclass(frozen=True)
class Soaked:
    """What came of a soak: how many questions got exactly their answers in order, and what was wrong elsewhere."""

    asked: int
    answered: int
    wrong: list[str]
    calls: int
    faults: dict[int | str, int]
    seconds: float
    memory_mb: tuple[float, ...]  # of the bot, at quarters of the soak

    def describe(self) -> str:
        """The figures in a line or two."""
        faults = ", ".join(f"{count} {kind}" for kind, count in sorted(self.faults.items(), key=str))
        memory = ", ".join(f"{size:.0f}" for size in self.memory_mb)
        return (
            f"{self.asked} questions: {self.answered} with exactly one final message, {len(self.wrong)} without;"
            f" {self.calls} calls, of which {sum(self.faults.values())} failed ({faults}); {self.seconds:.0f} s;"
            f" memory at the quarters {memory} MB"
        )


def make_index(folder: Path, *others: str) -> Settings:
    """A data directory with the samples, and with other sources."""
    settings = load_settings({"data": folder / "data", "reader": "extractive"})
    SourceList(settings.data).add([samples_folder(), *others])
    reindex(settings, WordLlamaEmbedder())
    return settings


def soak(folder: Path, chats: int, questions: int, share: float = 0.05, seed: int = 1) -> Soaked:
    """Let each of some chats ask its share of the questions, all at once, and wait until nothing more comes."""
    settings = make_index(folder)
    newsbot = build_newsbot(settings)
    expected = {text: _visible(newsbot.answer(text)) for text in QUESTIONS}
    newsbot.index.close()
    each = questions // chats
    env = {"NEWSBOT_CONVERSATION_MINUTES": "0", "NEWSBOT_QUESTIONS_PER_MINUTE": "0"}
    with TelegramApi(TOKEN, keep=200) as api, serving(settings.data, folder, api=api, env=env) as bot:
        api.faults = faults = RandomFaults(seed, share, kinds=_FAULTS)
        began, memory = time.monotonic(), [measure_memory(bot)]
        rooms = [_room(number) for number in range(chats)]
        for quarter in range(4):
            for place in range(quarter * each // 4, (quarter + 1) * each // 4):
                for number, chat in enumerate(rooms):
                    _ask(api, chat, number, QUESTIONS[(number + place) % len(QUESTIONS)])
            until = (quarter + 1) * each // 4
            _wait_for_messages(api, rooms, until)
            memory.append(measure_memory(bot))
        seconds = time.monotonic() - began
        api.faults = None
        time.sleep(3)  # what would come twice
        wrong, right = [], 0
        for number, chat in enumerate(rooms):
            wanted = [expected[QUESTIONS[(number + place) % len(QUESTIONS)]] for place in range(each)]
            shown = [message.text for message in api.messages(chat)]
            right += sum(one == other for one, other in zip(wanted, shown, strict=False))
            if shown != wanted:
                wrong.append(f"chat {chat}: {len(shown)} messages for {each} questions")
        calls = sum(api.counts.values())
    return Soaked(chats * each, right, wrong, calls, dict(Counter(faults.made)), seconds, tuple(memory))


def measure_memory(bot: Served) -> float:
    """The memory that a bot holds, in megabytes."""
    status = Path(f"/proc/{bot.process.pid}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1000


def _wait_for_messages(api: TelegramApi, chats: list[int], number: int) -> None:
    api.wait_for(lambda api: all(len(api.messages(chat)) >= number for chat in chats), timeout=600)


def _room(number: int) -> int:
    return -(1_000_000_900_000 + number) if number % _GROUPS == 0 else 900_000 + number


def _ask(api: TelegramApi, chat: int, number: int, question: str) -> None:
    if chat < 0:
        mention = f"@{BOT_USERNAME} {question}"
        api.say(mention, user_id=800_000 + number, chat_id=chat, chat_type="supergroup")
    else:
        api.say(question, user_id=chat)


def _visible(answer: object) -> str:
    (html,) = render_reply(Reply(answer, language="en"))  # type: ignore[arg-type]
    return parse_html(html)[0]


def main(chats: str = "200", questions: str = "2000") -> None:
    """Print the figures of one soak; status 1 if a question did not end in exactly one final message."""
    with tempfile.TemporaryDirectory() as folder:
        done = soak(Path(folder), int(chats), int(questions))
    print(done.describe(), *done.wrong[:20], sep="\n")
    sys.exit(1 if done.wrong else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
