"""How often copies are missed and other texts taken for copies: `python -m tests.measure_copies DATA_FOLDER [--pairs]`.

Texts are made up, and (where the development data are at hand) real; both are edited here, in memory. Of the data as
they are it counts the pairs that are found, and those that are not although every pair was compared.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path

from index.articles import Article
from index.clean import make_article
from index.copies import are_copies, are_near, sign_text
from index.files import Document

_SYLLABLES = "ba cor den fal gri hom jun kel lor mas nit ost pra quil ras sten tor ulm vin wex yar zol che dra".split()
_SMALL = "the of a to in and that for it with on was by as at from has its but not were an be who after".split()
Edit = Callable[[str, random.Random, list[str]], str]  # a text, chance, and other texts to take words from


def make_chance(seed: int | str) -> random.Random:
    """Chance that is the same every time."""
    return random.Random(seed)  # noqa: S311


def make_texts(number: int, chance: random.Random) -> list[str]:
    """Made-up reports of 150 to 700 words, in paragraphs; no two share more than small words and some names."""
    words = ["".join(chance.choices(_SYLLABLES, k=chance.choice((1, 2, 2, 3)))) for _ in range(5000)]
    names = ["".join(chance.choices(_SYLLABLES, k=2)).capitalize() for _ in range(500)]

    def make_word() -> str:
        kind = chance.random()
        if kind < 0.42:
            return chance.choice(_SMALL)
        if kind < 0.52:
            return chance.choice(names)
        return str(chance.randrange(2, 5000)) if kind < 0.55 else chance.choice(words)

    def make_sentence() -> str:
        return " ".join(["The", *(make_word() for _ in range(chance.randrange(8, 26)))]) + "."

    def make_paragraph() -> str:
        return " ".join(make_sentence() for _ in range(chance.randrange(2, 5)))

    return ["\n\n".join(make_paragraph() for _ in range(chance.randrange(4, 13))) for _ in range(number)]


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, roughly."""
    return re.split(r"(?<=[.!?”\"])\s+", text)


def replace_words(text: str, share: float, chance: random.Random, others: list[str]) -> str:
    """Exchange this share of the words for words of another text."""
    spare = chance.choice(others).split()
    return " ".join(chance.choice(spare) if chance.random() < share else word for word in text.split())


def drop_sentences(text: str, share: float, chance: random.Random) -> str:
    """Leave out this share of the sentences."""
    return " ".join(sentence for sentence in split_sentences(text) if chance.random() >= share)


def cut_text(text: str, share: float) -> str:
    """The first part of a text."""
    words = text.split()
    return " ".join(words[: int(len(words) * share)])


def _passage(size: int, chance: random.Random, others: list[str]) -> str:
    return " ".join(chance.choice(others).split()[:size])


def _other_figures(text: str, chance: random.Random) -> str:
    return re.sub(r"\d+", lambda found: str(chance.randrange(2, 10 ** len(found[0]) + 2)), text)


def _other_names(text: str, chance: random.Random, others: list[str]) -> str:
    spare = chance.choice(others).split()
    new: dict[str, str] = {}
    return re.sub(r"\b[A-Z]\w+", lambda found: new.setdefault(found[0], chance.choice(spare).capitalize()), text)


def _follow_up(text: str, chance: random.Random, others: list[str]) -> str:
    size = min(120, len(text.split()) // 3)
    return _passage(2 * size, chance, others) + "\n\n" + " ".join(text.split()[-size:])


def _same_quotes(text: str, chance: random.Random, others: list[str]) -> str:
    own, heard = split_sentences(chance.choice(others)), split_sentences(text)
    for sentence in chance.sample(heard, max(1, len(heard) // 6)):
        own.insert(chance.randrange(len(own) + 1), sentence)
    return " ".join(own)


def _roundup(text: str, chance: random.Random, others: list[str]) -> str:
    items = [_passage(80, chance, others) for _ in range(9)]
    return "\n\n".join([*items[:6], split_sentences(text)[0], *items[6:]])


COPIES: dict[str, Edit] = {
    "same text": lambda text, *_: text,
    "dateline and a sentence more": lambda t, c, o: f"CORVIA, May 3 — {t} {split_sentences(c.choice(o))[0]}",
    "words replaced 2%": lambda t, c, o: replace_words(t, 0.02, c, o),
    "words replaced 5%": lambda t, c, o: replace_words(t, 0.05, c, o),
    "words replaced 10%": lambda t, c, o: replace_words(t, 0.1, c, o),
    "words replaced 15%": lambda t, c, o: replace_words(t, 0.15, c, o),
    "words replaced 20%": lambda t, c, o: replace_words(t, 0.2, c, o),
    "sentences dropped 10%": lambda t, c, _: drop_sentences(t, 0.1, c),
    "sentences dropped 30%": lambda t, c, _: drop_sentences(t, 0.3, c),
    "cut to 40%": lambda t, *_: cut_text(t, 0.4),
    "cut to 60%": lambda t, *_: cut_text(t, 0.6),
    "cut to 80%": lambda t, *_: cut_text(t, 0.8),
    "cut to 40%, words replaced 5%": lambda t, c, o: replace_words(cut_text(t, 0.4), 0.05, c, o),
    "cut to 40%, words replaced 10%": lambda t, c, o: replace_words(cut_text(t, 0.4), 0.1, c, o),
    "a paragraph before": lambda t, c, o: _passage(50, c, o) + "\n\n" + t,
    "a paragraph after": lambda t, c, o: t + "\n\n" + _passage(50, c, o),
    "a paragraph before, cut to 60%": lambda t, c, o: _passage(50, c, o) + "\n\n" + cut_text(t, 0.6),
    "15% dropped, 5% replaced, a paragraph after": lambda t, c, o: (
        replace_words(drop_sentences(t, 0.15, c), 0.05, c, o) + "\n\n" + _passage(50, c, o)
    ),
}
OTHERS: dict[str, Edit] = {
    "same words, other figures and names": lambda t, c, o: _other_names(_other_figures(t, c), c, o),
    "same words, other figures": lambda t, c, _: _other_figures(t, c),
    "own report, same quotes": _same_quotes,
    "follow-up, same background": _follow_up,
    "roundup, one sentence": _roundup,
}


def count_found(edit: Edit, texts: list[str], chance: random.Random) -> tuple[int, int, int, int]:
    """Of so many texts: how often text and edited text share a key, are decided to be copies too, and Jaccard says so.

    A text in which the edit changes nothing or leaves under 20 words does not count, unless all are left as they are.
    """
    pairs = [(text, edit(text, chance, texts[:i] + texts[i + 1 :])) for i, text in enumerate(texts)]
    pairs = [pair for pair in pairs if len(pair[1].split()) >= 20]
    pairs = [pair for pair in pairs if pair[0] != pair[1]] or pairs
    met = [(a, b) for a, b in pairs if set(sign_text(a)) & set(sign_text(b))]
    return len(pairs), len(met), sum(are_copies(a, b) for a, b in met), sum(_jaccard(a, b) >= 0.5 for a, b in pairs)


def _jaccard(a: str, b: str) -> float:
    first, second = _runs(a, 3), _runs(b, 3)
    return len(first & second) / max(1, len(first | second))


def _runs(text: str, size: int) -> set[str]:
    words = re.findall(r"\w+", text.casefold())
    return {" ".join(words[i : i + size]) for i in range(len(words) - size + 1)}


def find_candidates(texts: Iterable[str]) -> set[tuple[int, int]]:
    """The pairs of texts that share a key, by their numbers."""
    return _pairs(sign_text(text) for text in texts)


def _pairs(keys: Iterable[Iterable[object]], least: int = 1, most: int = 1_000_000) -> set[tuple[int, int]]:
    holders: dict[object, list[int]] = defaultdict(list)
    for number, of_text in enumerate(keys):
        for key in of_text:
            holders[key].append(number)
    shared = Counter(pair for found in holders.values() if len(found) <= most for pair in combinations(found, 2))
    return {pair for pair, times in shared.items() if times >= least}


def read_texts(path: Path) -> list[Article]:
    """The articles of a packed `.jsonl`, cleaned as the index cleans them, each text once."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        made = [make_article("", Document(str(i), ".jsonl", json.loads(line), 0)) for i, line in enumerate(lines)]
    return list({article.text: article for article in made if isinstance(article, Article)}.values())


def _print_table(title: str, texts: list[str]) -> None:
    print(f"\n{title}\n{'':45}{'pairs':>7}{'share a key':>13}{'found':>8}{'Jaccard ½':>11}")
    for name, edit in (COPIES | OTHERS).items():
        if name == next(iter(OTHERS)):
            print("  not copies, so nothing should be found:")
        pairs, met, found, baseline = count_found(edit, texts, make_chance(name))
        print(f"{name:45}{pairs:7}{met / pairs:13.1%}{found / pairs:8.1%}{baseline / pairs:11.1%}")


def main(data: Path, *, number: int = 300, show: bool = False) -> None:
    """Print what is found of `number` made-up texts, and of `articles.jsonl.gz` in `data` where it is there."""
    _print_table("made-up texts", make_texts(number, make_chance(1)))
    if not (data / "articles.jsonl.gz").exists():
        print(f"\nskipped: the development data are not at {data}")
        return
    articles = read_texts(data / "articles.jsonl.gz")
    texts = [article.text for article in articles]
    usual = [text for text in texts if 150 <= len(text.split()) <= 1500]
    _print_table("real texts", make_chance(1).sample(usual, number))
    candidates = find_candidates(texts)

    def judge(a: int, b: int) -> bool:
        return are_near(articles[a].published, articles[b].published) and are_copies(texts[a], texts[b])

    found = {pair for pair in candidates if judge(*pair)}
    compared = _pairs((_runs(text, 5) for text in texts), least=10, most=60)
    all_copies = found | {pair for pair in compared if judge(*pair)}
    print(f"\n{len(texts)} real texts: {len(candidates)} pairs share a key, {len(found)} are found to be copies")
    print(f"of {len(compared)} pairs that share ten runs of five words, {len(all_copies - found)} more would be copies")
    if show:
        for mark, pairs in (("found", found), ("missed", all_copies - found)):
            for a, b in sorted(pairs):
                print(f"{mark}: {articles[a].title} | {articles[b].title}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), show="--pairs" in sys.argv)
