"""Made-up articles in any number, for benchmarks and tests: sentences of plausible length from a fixed vocabulary."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

_NAMES = "Aldova Brenmark Corvia Dunholm Estaria Farlund Gorvia Halmar Istra Jorvik Kelmar Lorvania".split()
_ACTORS = "minister council court union army bank agency company court governor spokesman committee".split()
_VERBS = "announced rejected delayed approved opened closed reviewed sold built signed repaired promised".split()
_THINGS = "bridge budget harbour treaty railway school vaccine tariff reactor border loan election".split()
_TAILS = "after long talks;before the vote;despite protests;with immediate effect;for the third time;at a summit".split(
    ";"
)


def write_made_up_articles(folder: Path, number: int, chance: random.Random) -> None:
    """Write `number` articles of about 400 words as files of their own; the same ones for the same `chance`."""
    folder.mkdir(parents=True)
    for i in range(number):
        day = date(2020, 1, 1) + timedelta(days=chance.randrange(1500))
        title = f"{chance.choice(_NAMES)} {chance.choice(_VERBS)} the {chance.choice(_THINGS)}"
        paragraphs = ["\n".join(_sentence(chance) for _ in range(4)).replace("\n", " ") for _ in range(8)]
        head = f"---\ntitle: {title}\noutlet: Made-up Gazette\npublished: {day}\n---\n\n"
        (folder / f"{i:06}.md").write_text(head + "\n\n".join(paragraphs) + "\n", encoding="utf-8")


def _sentence(chance: random.Random) -> str:
    first = f"The {chance.choice(_ACTORS)} of {chance.choice(_NAMES)} {chance.choice(_VERBS)}"
    return f"{first} the {chance.choice(_THINGS)} {chance.choice(_TAILS)}, {chance.randrange(2, 900)} days later."
