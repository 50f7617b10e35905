"""A quote in its surrounding text, as it stands in the stored article."""

from __future__ import annotations

from bot.answers import Citation
from bot.conversation.messages import Excerpt
from index.articles import Article
from index.split import sentence_spans

_AROUND = 700  # characters before a quote, and as many behind it, at most
_FARTHER = 1000  # characters beyond those in which a sentence may begin or end


def make_excerpt(citation: Citation, article: Article | None, page: int, pages: int) -> Excerpt | None:
    """The quote of a citation with up to 700 characters on either side, in whole sentences; `page` of `pages`.

    Text and paragraphs are the article's, word for word. None if the article is gone, or has changed so that the quote
    does not stand there any more.
    """
    start, end = citation.start, citation.end
    if article is None or not citation.quote or article.text[start:end] != citation.quote:
        return None
    return Excerpt(citation, _read_before(article, start), _read_behind(article, end), page, pages)


def _read_before(article: Article, start: int) -> str:
    """What stands before a place, from the beginning of a sentence on."""
    first = max(0, start - _AROUND)
    # What begins at the cut may be in the midst of a sentence; it is too far away to count.
    cut = max(article.text.rfind("\n", 0, first) + 1, first - _FARTHER)
    begins = [cut + begin for begin, _ in sentence_spans(article.text[cut:start], article.language)]
    return article.text[min((begin for begin in begins if begin >= first), default=start) : start]


def _read_behind(article: Article, end: int) -> str:
    """What stands behind a place, up to the end of a sentence."""
    last = end + _AROUND
    line = article.text.find("\n", last)
    cut = min(line if line >= 0 else len(article.text), last + _FARTHER)
    ends = [end + stop for _, stop in sentence_spans(article.text[end:cut], article.language)]
    return article.text[end : max((stop for stop in ends if stop <= last), default=end)]
