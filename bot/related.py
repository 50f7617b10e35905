"""More like this: the stories that are nearest to those of an answer, each by the sentence with which it begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from bot.answers import Answer, Span, Statement
from bot.readers.sentences import lead_sentences, stands_alone
from bot.texts import write_day
from index.articles import Article
from index.dates import is_after
from index.embed import Embedder, Vectors
from index.generations import Generation
from index.search.ranking import Weights
from index.terms import content_terms, content_words

_MOST = 5
_CANDIDATES = 60  # passages by words, and as many by meaning
_READ = 15  # articles that are looked at, the best of them
_LEADS = 4  # sentences with which an article begins, one of which tells its story
_ALONE = 0.6  # how far a sentence is understood by itself that is preferred
_SHARED = 2  # of the words sought that an article has to begin with: a roundup has its other stories further down
_WORDS = 24  # of the answer's titles and quotes, the rarest, that are searched for
_LEAST = 0.8  # of 2, words and meaning together, that an article must have,
_LEAST_MEANING = 0.3  # and the cosine
_STEPS = 10  # scores that are the same in tenths are equal


def find_related(
    generation: Generation, embedder: Embedder, answer: Answer, *, at: str | None = None
) -> tuple[Statement, ...]:
    """Up to five stories that are nearest, in words and meaning, to the articles that an answer cites; nearest first.

    Of stories that are equally near the newest comes first. None is cited already, a copy of what is, or of another,
    or later than `at` (a day or moment in ISO 8601; None: now). A statement is the first sentence of an article that
    tells of this, word for word, behind its day and outlet. Raises `IndexMismatch` if another embedder made the index,
    and `ServiceError` where the embedder does.
    """
    told = list(dict.fromkeys(f"{citation.title}\n{citation.quote}" for citation in answer.citations))
    if not told:
        return ()
    generation.check_embedder(embedder.name)
    statements: list[Statement] = []
    said = {citation.quote for citation in answer.citations}
    seen = {citation.article_id for citation in answer.citations}
    for article_id in list(seen):
        seen |= {copy.id for copy in generation.store.copies_of(article_id)}
    sought = _choose_words(generation, told)
    vector = embedder.embed_texts(told).mean(axis=0)
    ids = _rank_passages(generation, sought, vector, at or datetime.now(UTC).isoformat(timespec="seconds"))
    for article in _load_articles(generation, ids, seen):
        if len(statements) == _MOST:
            break
        if (span := _find_lead(article, sought)) and span.text not in said:
            said.add(span.text)
            statements.append(Statement(span.text, (span,), lead=_write_lead(article)))
            seen |= {copy.id for copy in generation.store.copies_of(article.id)}
    return tuple(statements)


def _choose_words(generation: Generation, told: Sequence[str]) -> dict[str, str]:
    """The rarest words of what was told, by their terms; names are among them, as few texts have these."""
    words = {term: word for word in content_words("\n".join(told)) for term in content_terms(word)}
    weights = generation.keywords.weigh_terms(list(words))
    return {term: words[term] for term in sorted(weights, key=lambda term: (-weights[term], term))[:_WORDS]}


def _rank_passages(generation: Generation, sought: Mapping[str, str], vector: Vectors, moment: str) -> list[str]:
    """The ids of the best passage of each article, nearest first; those of what is cited are among them."""
    meaning = dict(generation.vectors.search(vector / (float(vector @ vector) ** 0.5 or 1.0), _CANDIDATES))
    text = " ".join(sought.values())
    words = dict(generation.keywords.search(text, _CANDIDATES, presence=Weights().presence))
    most = max(words.values(), default=1.0)
    farthest = min(meaning.values(), default=0.0)
    best: dict[int, tuple[int, str, str]] = {}
    for place in generation.store.place_passages(words.keys() | meaning.keys()):
        cosine = meaning.get(place.passage_id, farthest)
        score = words.get(place.passage_id, 0.0) / most + cosine
        if score >= _LEAST and cosine >= _LEAST_MEANING and not is_after(place.published, moment):
            found = (round(_STEPS * score), place.published or "", place.passage_id)
            best[place.article] = max(found, best.get(place.article, found))
    return [passage_id for _, _, passage_id in sorted(best.values(), reverse=True)]


def _load_articles(generation: Generation, passage_ids: Sequence[str], seen: set[str]) -> Iterator[Article]:
    """The articles of passages, in this order, but for those that are in `seen` when their turn comes."""
    tried = passage_ids[: _READ + len(seen)]
    passages = generation.store.load_passages(tried)
    for passage_id in tried:
        if passage_id in passages and passages[passage_id].article.id not in seen:
            yield passages[passage_id].article


def _find_lead(article: Article, sought: Mapping[str, str]) -> Span | None:
    """The first sentence of an article that tells of what is sought, best one that stands alone; None if none does."""
    title = sought.keys() & content_terms(article.title)
    on_story = []
    for span in lead_sentences(article)[:_LEADS]:
        shared = sought.keys() & content_terms(span.text)
        if shared and len(shared | title) >= _SHARED:
            on_story.append(span)
    alone = (span for span in on_story if stands_alone(span.text) >= _ALONE)
    return next(alone, on_story[0] if on_story else None)


def _write_lead(article: Article) -> str:
    day = write_day(date.fromisoformat(article.published[:10])) if article.published else ""
    return f"{', '.join(part for part in (day, article.outlet) if part) or '–'}: "
