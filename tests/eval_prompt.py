"""What trimming a prompt costs: how often the gold answer stands in it, by its tokens. A part of `make eval`."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

from bot.answer import Newsbot
from bot.answers import Question
from bot.evaluation.gold import GoldQuestion, contains_gold
from bot.forms import find_form
from bot.model.prompt import count_rules, make_prompt
from bot.model.tokens import estimate_tokens
from bot.model.trim import trim_hits
from bot.questions import analyze_question
from bot.render.terminal import render_table
from index.articles import Hit, Passage

BUDGETS = (600, 1000, 1500, 2500)
_HEAD = ["prompt", "gold answer in it", "of what all passages have", "every other", "the rest", "tokens, mean", "p95"]


def measure_prompts(newsbot: Newsbot, questions: Sequence[GoldQuestion], budgets: Sequence[int] = BUDGETS) -> str:
    """A table of prompts of so many tokens, by our own estimate, against whole passages."""
    asked = [(question, *_search(newsbot, question)) for question in questions if question.answers]
    measured = {}
    for name, budget in [*((f"≤ {budget:,} tokens", budget) for budget in budgets), ("whole passages", 0)]:
        found, sizes = [], []
        for gold, question, hits in asked:
            whole = [(hit.passage, hit.passage.text) for hit in hits]
            shown = trim_hits(question, hits, budget - count_rules(question)) if budget else whole
            found.append(contains_gold(_data_of(shown), gold.answers))
            sizes.append(sum(estimate_tokens(str(message.content)) for message in make_prompt(question, shown)))
        measured[name] = (found, sizes)
    return render_table([_HEAD, *(_row(name, *each, measured["whole passages"][0]) for name, each in measured.items())])


def _search(newsbot: Newsbot, gold: GoldQuestion) -> tuple[Question, list[Hit]]:
    form = find_form(gold.text)
    with newsbot.index.use() as generation:
        question = analyze_question(form.topic, generation.keywords, newsbot.embedder, form.name)
    return question, newsbot.find_hits(form.topic, at=gold.at)


def _data_of(shown: Sequence[tuple[Passage, str]]) -> str:
    """What of a prompt comes from articles: titles and text."""
    return re.sub("…", " ", " ".join(f"{passage.article.title} {text}" for passage, text in shown))


def _row(name: str, found: Sequence[bool], sizes: Sequence[int], all_found: Sequence[bool]) -> list[str]:
    share = sum(found) / max(1, sum(all_found))
    halves = [f"{statistics.mean(found[half::2]):.3f}" if found[half::2] else "-" for half in (0, 1)]
    p95 = sorted(sizes)[int(0.95 * (len(sizes) - 1))]
    return [name, f"{statistics.mean(found):.3f}", f"{share:.3f}", *halves, f"{statistics.mean(sizes):.0f}", str(p95)]
