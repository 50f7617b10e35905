"""How well search does on a question with a known answer: where it puts the gold, and why it does not put it high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.answer import Newsbot
from bot.evaluation.gold import GoldQuestion, contains_gold, pad_words
from index.articles import Article, Hit, distinct_articles
from index.dates import is_after
from index.store import ArticleStore

DEPTHS = (1, 5, 10)
PASSAGES = 50  # looked at for each question
RECIPROCAL_RANK = "gold article, mean reciprocal rank"

NOT_STORED, DATED_LATER, NOT_FOUND, RANKED_LOW = "not stored", "dated later", "not found", "ranked low"


@dataclass(frozen=True)
class Ranks:
    """Where the first gold article stands among the distinct articles found, and the first passage with an answer.

    They count from 1; None is for what is not among the first 50 passages, or not asked for.
    """

    article: int | None = None
    passage: int | None = None


@dataclass(frozen=True)
class Miss:
    """Why a gold article, or an answer, is not in the first ten.

    - `not stored`: no stored article has that address, or holds an answer;
    - `dated later`: only articles from after the moment of asking do, and those never count;
    - `not found`: stored, but not among the first 50 passages;
    - `ranked low`: among them at `rank`.
    """

    why: str
    rank: int | None = None

    @property
    def is_stored(self) -> bool:
        """Whether search could have found it."""
        return self.why in (NOT_FOUND, RANKED_LOW)

    def __str__(self) -> str:
        return f"{self.why} ({self.rank})" if self.rank else self.why


def rank_gold(newsbot: Newsbot, question: GoldQuestion) -> Ranks:
    """Search once for a question, as it was asked at its moment. Raises what the search raises."""
    return rank_hits(newsbot, question, newsbot.find_hits(question.text, k=PASSAGES, at=question.at))


def rank_hits(newsbot: Newsbot, question: GoldQuestion, hits: Sequence[Hit]) -> Ranks:
    """Where the gold stands among what was found."""
    urls = _list_urls(newsbot, distinct_articles(hits)) if question.articles else []
    texts = (f"{hit.passage.article.title} {hit.passage.text}" for hit in hits)
    return Ranks(
        _first_rank([not found.isdisjoint(question.articles) for found in urls]),
        _first_rank([contains_gold(text, question.answers) for text in texts]),
    )


def value_search(question: GoldQuestion, ranks: Ranks) -> dict[str, float]:
    """What each measure of search gives for one question: those of gold articles only where these are known."""
    articles: dict[str, float] = {f"gold article in first {k}": is_within(ranks.article, k) for k in DEPTHS}
    articles[RECIPROCAL_RANK] = 1.0 / ranks.article if ranks.article else 0.0
    passages: dict[str, float] = {f"answer in first {k} passages": is_within(ranks.passage, k) for k in DEPTHS}
    return (articles if question.articles else {}) | passages


def explain_misses(store: ArticleStore, ranked: Sequence[tuple[GoldQuestion, Ranks | None]]) -> list[dict[str, Miss]]:
    """Why each question's gold `article` or `answer` is not in the first ten; nothing for those that are.

    Nor is there anything for a question that was not searched for.
    """
    sought = [_list_misses(question, ranks) if ranks else {} for question, ranks in ranked]
    stock = _Stock()
    for (question, _), missing in zip(ranked, sought, strict=True):
        if missing.get("article", 0) is None:
            stock.seek_articles(question)
        if missing.get("answer", 0) is None:
            stock.seek_answers(question)
    stock.look_through(store)
    return [
        {
            what: Miss(RANKED_LOW, rank) if rank else Miss(stock.explain(question, what))
            for what, rank in missing.items()
        }
        for (question, _), missing in zip(ranked, sought, strict=True)
    ]


def _list_misses(question: GoldQuestion, ranks: Ranks) -> dict[str, int | None]:
    """The ranks of what is not in the first ten."""
    places = ({"article": ranks.article} if question.articles else {}) | {"answer": ranks.passage}
    return {what: rank for what, rank in places.items() if not is_within(rank, max(DEPTHS))}


class _Stock:
    """Which of the gold articles and answers that are sought are stored at all: one pass over the store for all."""

    def __init__(self) -> None:
        self._by_url: dict[str, list[GoldQuestion]] = {}
        # An answer is looked for in an article only where its longest word stands there: few are.
        self._by_word: dict[str, list[tuple[str, GoldQuestion]]] = {}
        self._later: set[tuple[GoldQuestion, str]] = set()
        self._stored: set[tuple[GoldQuestion, str]] = set()
        self._now = datetime.now(UTC).isoformat(timespec="seconds")

    def seek_articles(self, question: GoldQuestion) -> None:
        """Look for its gold articles."""
        for url in question.articles:
            self._by_url.setdefault(url, []).append(question)

    def seek_answers(self, question: GoldQuestion) -> None:
        """Look for articles that hold one of its answers."""
        for gold in map(pad_words, question.answers):
            if gold.strip():
                self._by_word.setdefault(max(gold.split(), key=len), []).append((gold, question))

    def look_through(self, store: ArticleStore) -> None:
        """Read each article once, if anything is sought."""
        sought = self._by_url or self._by_word
        for article in filter(None, map(store.article, store.article_ids() if sought else ())):
            self._look_at(article)

    def explain(self, question: GoldQuestion, what: str) -> str:
        """Why what was sought is not among the passages found."""
        if (question, what) in self._stored:
            return NOT_FOUND
        return DATED_LATER if (question, what) in self._later else NOT_STORED

    def _look_at(self, article: Article) -> None:
        for question in self._by_url.get(article.url, ()):
            self._note(question, "article", article)
        words = pad_words(f"{article.title} {article.text}")
        for word in self._by_word.keys() & set(words.split()):
            for gold, question in self._by_word[word]:
                if gold in words:
                    self._note(question, "answer", article)

    def _note(self, question: GoldQuestion, what: str, article: Article) -> None:
        later = is_after(article.published, question.at or self._now)
        (self._later if later else self._stored).add((question, what))


def _first_rank(rights: Sequence[bool]) -> int | None:
    return rights.index(True) + 1 if True in rights else None


def is_within(rank: int | None, depth: int) -> bool:
    """Whether something stands among the first `depth`."""
    return rank is not None and rank <= depth


def _list_urls(newsbot: Newsbot, articles: Sequence[Article]) -> list[set[str]]:
    """The addresses of each article and of its copies: search gives one of them for all."""
    with newsbot.index.use() as generation:
        return [{a.url, *(copy.url for copy in generation.store.copies_of(a.id))} for a in articles]
