"""Made-up articles in any number, like news in what costs time: for benchmarks.

Few words are in every article and most in hardly any (Zipf's law), each article has its own names and numbers, and no
two are alike enough to be copies of each other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path

_RARE = 40_000  # invented words
_COMMON = """
    the to of and a in for that on is was it with as at by be from has he have its are but an this not they which who
    said will we his were their after or more been had would also people new about one when up year there she last out
    than first two all over some against other could state government into time week years under what her no before
    police during many now most between country court month three president because while since million city group
    minister day three-year made party so only public company where any work home another report four across around law
    officials much market bank high police health school water news plan trade vote office street border army deal price
    local team next war north south east west union members house national several early later talks through
""".split()
_SYLLABLES = """
    ba bri co dal den dor el er fa fen gar gos han in jor ka kel lan lo mar mi na no or pel qua ra ri sa sel shi ta tel
    ti tor ul va ver vi wen yor zan ed ing ion ly ment ness ous s
""".split()
_OUTLETS = ("Brenmark Courier", "Corvia Today", "Farlund Post", "Halmar News Agency", "The Dunholm Observer")


@dataclass(frozen=True)
class MadeUp:
    """One made-up article; `day` is the day on which it was published."""

    title: str
    outlet: str
    day: date
    text: str


def make_up_articles(number: int, chance: random.Random) -> Iterator[MadeUp]:
    """Articles of about 360 words in eight paragraphs, one at a time; the same ones for the same `chance`."""
    words, weights = _vocabulary()
    for _ in range(number):
        names = [_invent(chance).capitalize() for _ in range(8)]

        def some(n: int, names: list[str] = names) -> list[str]:
            """Words of a sentence, with a name or a number in the place of every tenth."""
            chosen = chance.choices(words, cum_weights=weights, k=n)
            for i in range(chance.randrange(10), n, 10):
                chosen[i] = str(chance.randrange(2, 3000)) if chance.random() < 0.3 else chance.choice(names)
            return chosen

        paragraphs = [
            " ".join(_make_up_sentence(some, names, chance) for _ in range(chance.randrange(1, 5))) for _ in range(8)
        ]
        day = date(2020, 1, 1) + timedelta(days=chance.randrange(1500))
        title = " ".join([chance.choice(names), *some(7)])
        yield MadeUp(title, chance.choice(_OUTLETS), day, "\n\n".join(paragraphs))


def write_made_up_articles(folder: Path, number: int, chance: random.Random) -> None:
    """Write `number` articles as files of their own; the same ones for the same `chance`."""
    folder.mkdir(parents=True)
    for i, article in enumerate(make_up_articles(number, chance)):
        head = f"---\ntitle: {article.title}\noutlet: {article.outlet}\npublished: {article.day}\n---\n\n"
        (folder / f"{i:06}.md").write_text(f"{head}{article.text}\n", encoding="utf-8")


def _make_up_sentence(some: Callable[[int], list[str]], names: list[str], chance: random.Random) -> str:
    words = " ".join(some(chance.randrange(8, 28)))
    sentence = words[0].upper() + words[1:]
    if chance.random() < 0.2:
        return f"“{sentence},” {chance.choice(names)} {chance.choice(names)} said."
    return sentence + "."


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """All words, most frequent first, and the sums of their frequencies up to each."""
    chance = random.Random(0)  # noqa: S311 - the same words every time
    rare = dict.fromkeys(_invent(chance) for _ in range(_RARE))
    words = list(dict.fromkeys([*_COMMON, *rare]))
    return words, list(accumulate(1 / (rank + 2) for rank in range(len(words))))


def _invent(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randrange(2, 4)))
