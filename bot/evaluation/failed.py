"""The questions that failed, as elements of a page to click open: what was asked, answered, cited and found, and why.

They are grouped by cause, and without any script a reader can leave only one cause (the address says which) or one kind
of question (a choice) on the page. Nothing of an article or a question file is ever markup here.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from bot.answers import Answer, Citation
from bot.evaluation.gold import KINDS, find_gold
from bot.evaluation.measures import Evaluation
from bot.evaluation.outcomes import CAUSES, Outcome
from index.articles import Passage

_ONLY_SEARCH = "answered rightly, although search missed"


def render_failures(evaluation: Evaluation) -> str:
    """A section with all failures; empty if there are none."""
    groups = {cause: [o for o in evaluation.failures if (o.cause or _ONLY_SEARCH) == cause] for cause in _causes()}
    groups = {cause: outcomes for cause, outcomes in groups.items() if outcomes}
    if not groups:
        return ""
    total = sum(map(len, groups.values()))
    links = [f'<a href="#failures">all ({total})</a>']
    links += [f'<a href="#{_name(cause)}">{cause} ({len(outcomes)})</a>' for cause, outcomes in groups.items()]
    sections = (
        f'<section id="{_name(cause)}">\n<h3>{cause} ({len(outcomes)})</h3>\n'
        f"{''.join(map(_render, outcomes))}</section>\n"
        for cause, outcomes in groups.items()
    )
    kinds = [kind for kind in KINDS if any(outcome.question.kind == kind for outcome in evaluation.failures)]
    return (
        f'<section id="failures">\n<h2>{total} failures</h2>\n<nav>{" ".join(links)}</nav>\n'
        f"{_render_choice(kinds)}{''.join(sections)}</section>\n"
    )


def style_choices() -> str:
    """The rules by which a choice of kind hides what is of other kinds."""
    return "".join(
        f"body:has(#only-{number}:checked) details:not(.kind-{number}) {{ display: none }}\n"
        for number, _ in enumerate(KINDS)
    )


def mark_gold(text: str, answers: Sequence[str]) -> str:
    """A text, escaped, in which what counts as an answer is marked."""
    marked, done = [], 0
    for start, end in find_gold(text, answers):
        marked += [html.escape(text[done:start]), f"<mark>{html.escape(text[start:end])}</mark>"]
        done = end
    return "".join([*marked, html.escape(text[done:])])


def _causes() -> Iterable[str]:
    return (*CAUSES, _ONLY_SEARCH)


def _name(cause: str) -> str:
    """What the section of a cause is called in an address."""
    return f"cause-{[*_causes()].index(cause)}"


def _render_choice(kinds: Sequence[str]) -> str:
    choices = [("all", "all kinds", " checked"), *((str(KINDS.index(kind)), kind, "") for kind in kinds)]
    inputs = (
        f'<label><input type="radio" name="only" id="only-{number}"{checked}> {name}</label>\n'
        for number, name, checked in choices
    )
    return f"<fieldset><legend>kind of question</legend>\n{''.join(inputs)}</fieldset>\n"


def _render(outcome: Outcome) -> str:
    question, answer = outcome.question, outcome.answer
    facts = {
        "why": outcome.failure,
        "right would be": " / ".join(question.answers) or "to refuse",
        "evidence": " / ".join(question.evidence),
        "gold articles": " ".join(question.articles),
        "asked": question.at or "",
        "id": question.id,
        "understood as": answer.standalone_question if answer else "",
        "status": f"{answer.status}, by the {answer.reader} reader" if answer else "",
    }
    listed = "".join(f"<dt>{name}</dt><dd>{html.escape(fact)}</dd>\n" for name, fact in facts.items() if fact)
    return (
        f'<details class="kind-{KINDS.index(question.kind)}">\n'
        f"<summary>[{question.kind}] <bdi>{html.escape(question.text)}</bdi></summary>\n<dl>\n{listed}</dl>\n"
        f"{_render_answer(outcome, answer) if answer else ''}{_render_passages(outcome)}</details>\n"
    )


def _render_answer(outcome: Outcome, answer: Answer) -> str:
    sought = outcome.question.sought
    notes = "".join(f"<p>Note: {html.escape(note)}</p>\n" for note in (answer.caveat, *answer.notes) if note)
    quotes = "".join(
        _render_citation(citation, sought, stands)
        for citation, stands in zip(answer.citations, outcome.quotes, strict=True)
    )
    cited = f"<ol>\n{quotes}</ol>\n" if quotes else ""
    return f"<h4>Answer</h4>\n<p>{mark_gold(answer.text, sought)}</p>\n{notes}{cited}"


def _render_citation(citation: Citation, sought: Sequence[str], stands: bool) -> str:
    source = ", ".join(filter(None, (citation.outlet, citation.published, citation.title, citation.url)))
    missing = "" if stands else "<p><strong>This quote does not stand in its article.</strong></p>"
    return (
        f'<li value="{citation.number}"><blockquote>{mark_gold(citation.quote, sought)}</blockquote>{missing}'
        f"<cite>{html.escape(source)}</cite></li>\n"
    )


def _render_passages(outcome: Outcome) -> str:
    """The first passages that search found, each with its rank."""
    passages = "".join(
        f'<li value="{rank}">{_render_passage(passage, outcome.question.sought)}</li>\n'
        for rank, passage in outcome.passages.items()
    )
    return f"<h4>Passages found</h4>\n<ol>\n{passages}</ol>\n" if passages else ""


def _render_passage(passage: Passage, sought: Sequence[str]) -> str:
    article = passage.article
    source = ", ".join(filter(None, (article.outlet, article.published, article.url)))
    title = f"<b>{mark_gold(article.title, sought)}</b> " if article.title else ""
    return f"{title}<cite>{html.escape(source)}</cite><blockquote>{mark_gold(passage.text, sought)}</blockquote>"
