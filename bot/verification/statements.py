"""The one promise, kept by code: nothing leaves here that its quotes do not carry.

Every statement of any reader passes `check_statement`. It stays if its quotes stand word for word at their offsets in
the stored article and carry it (`bot.verification.support`); the sentence that it is about takes its place if they do
not; else it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.answers import Span, Statement
from index.articles import Article, Hit

FindArticle = Callable[[str], Article | None]


@dataclass(frozen=True)
class Checked:
    """What came of one statement: itself with the spans that are to be quoted for it, or None, with the problem.

    `repaired` is one that does not stand as its reader wrote it: its words changed.
    """

    statement: Statement | None
    repaired: bool = False
    problem: str = ""


def check_statement(statement: Statement, hits: Sequence[Hit], find_article: FindArticle) -> Checked:
    """The statement as far as it holds. `find_article` gives an article as it is stored at this moment.

    A statement whose own passages do not carry it may be carried by another hit. One that nothing carries is replaced
    by the sentence that it is about, word for word, if there is one.
    """
    text, spans = statement.text, statement.spans

    def stands(span: Span) -> bool:
        stored = find_article(span.article.id)
        return stored is not None and span.text != "" and stored.text[span.start : span.end] == span.text

    if spans and all(map(stands, spans)) and (kept := _keep_quoted(text, spans)) is not None:
        return Checked(replace(statement, text=kept, passages=()), repaired=kept != text)
    if text.rstrip(" \"”’'").endswith(("?", ":")):
        return Checked(None, problem="it is a question or a heading, and states nothing")
    # What follows is for those who write in their own words; what quotes does not wait for it to be loaded.
    from bot.verification.evidence import find_subject, find_support
    from bot.verification.support import find_problem

    problem = "no passage carries it"
    if not spans:
        spans = find_support(statement, hits)
        if spans and all(map(stands, spans)):
            kept = _keep_quoted(text, spans)
            return Checked(
                replace(statement, text=text if kept is None else kept, spans=spans, passages=()),
                kept not in (None, text),
            )
    elif all(map(stands, spans)):
        problem = find_problem(text, spans)
        if not problem:
            return Checked(replace(statement, passages=()))
    if span := find_subject(statement, hits, stands):
        return Checked(replace(statement, text=span.text, spans=(span,), passages=()), repaired=True, problem=problem)
    return Checked(None, problem=problem)


def _keep_quoted(text: str, spans: Sequence[Span]) -> str | None:
    """A text that quotes its spans, or one of them, without those of its insertions in brackets that nothing supports.

    None if it does not quote them.
    """
    quotes = dict.fromkeys([" ".join(span.text for span in spans), *(span.text for span in spans)])
    if text in quotes:
        return text
    from bot.verification.insertions import drop_unsupported, find_insertions

    found = (find_insertions(text, quote) for quote in quotes)
    insertions = next((insertions for insertions in found if insertions is not None), None)
    if insertions is None:
        return None
    return drop_unsupported(text, insertions, spans) if insertions else text
