"""How old the evidence of an answer is, against what its question supposes; and days as people read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from bot.answers import Citation
from bot.texts import Text, join_texts
from config.patterns import compile_later
from index.search.when import find_period

_OLD_DAYS = 30  # from then on an answer says of when its newest article is

# Words that suppose news, and how many days old it may be: English, German, Turkish, Spanish, French, Russian, Arabic.
_SUPPOSED = tuple(
    (days, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE))
    for days, words in (
        (
            1,
            r"today|tonight|this (?:morning|afternoon|evening)|heute|bugün(?:kü)?|hoy|aujourd['’]hui|сегодня\w*|اليوم",
        ),
        (
            7,
            r"this week|in the (?:last|past) (?:few days|week)|(?:in )?dieser? woche|bu hafta(?:ki|nın)?|esta semana"
            r"|cette semaine|на этой неделе|هذا الأسبوع",
        ),
        (
            3,
            r"(?<!at the )latest|newest|most recent(?:ly)?|(?<!until )(?<!from )(?<!by )now(?! that\b)|currently"
            r"|(?:the|its|his|her) current"
            r"|at (?:the moment|present)|presently|as of now|so far|breaking news"
            r"|(?:is|are|does|do|has|have)(?:n['’]t)? [^.?!;]{1,80}\bstill"
            r"|aktuell\w*|derzeit|jetzt|zurzeit|momentan|neue?ste[nrs]?|gerade|(?:immer )?noch immer|immer noch"
            r"|şu an(?:da|ki)?|şimdi|güncel|son (?:durum|dakika|haberler?|gelişme\w*)|en son|en yeni|hâlâ|hala"
            r"|ahora|actualmente|lo último|últimas? (?:noticias?|horas?)|últimos acontecimientos|todavía|más recientes?"
            r"|maintenant|actuellement|en ce moment|dernières (?:nouvelles|informations)"
            r"|сейчас|теперь|в настоящее время|на данный момент|последни[ехй] (?:новост\w+|событи\w+|данны\w+)"
            r"|вс[её] ещ[её]|по-прежнему|الآن|حالي[اً]+"
            r"|آخر (?:الأخبار|التطورات|المستجدات|أخبار)|أحدث|لا يزال|لا تزال|ما زال",
        ),
    )
)
_NAMED = compile_later(
    r"\b(?:[A-Z]\w+ (?:Today|Tonight|Now)|Today (?:show|programme))\b|[\"“][^\"”]*[\"”]"
)  # USA Today


def note_age(question: str, citations: Sequence[Citation], at: str | None) -> tuple[str, str]:
    """A caveat for before the answer, and a note for after it, on how old its newest article is; empty if it is new.

    The caveat is for a question that supposes newer articles ("latest", "today"). A question on a past time has what it
    asks for in old articles. The note also says that a quoted article was updated. `at` is the day or moment at which
    the question was asked (None: now).
    """
    asked = date.fromisoformat(at[:10]) if at else datetime.now(UTC).date()
    days = [date.fromisoformat(citation.published[:10]) for citation in citations if citation.published]
    updated = _note_update(citations)
    if not days:
        return "", updated
    newest = max(days)
    age = Text("The newest article on this is from {day}.", day=newest)
    period = _find_bounds(question, asked)
    if period and period[1] < asked and any(period[0] <= day <= period[1] for day in days):
        return "", updated
    if newest < _oldest_supposed(question, asked, period):
        return age, updated
    old = (asked - newest).days > _OLD_DAYS
    return "", join_texts(age if old else "", updated)


def _oldest_supposed(question: str, asked: date, period: tuple[date, date] | None) -> date:
    """The day from which on an article is as new as a question supposes."""
    text = _NAMED.sub(" ", question)
    found = [asked - timedelta(days) for days, words in _SUPPOSED if words.search(text)]
    # "This week" has seven days, whatever day it is; what is still to come is told before.
    if period and period[1] < asked:
        found.append(period[0])
    return min(found, default=date.min)


def _find_bounds(question: str, asked: date) -> tuple[date, date] | None:
    """The first and the last day of the period that a question names, where it has begun; None if it names none."""
    period = find_period(question, asked.isoformat())
    if period is None or (period.start is None and period.end is None):
        return None
    start = date.fromisoformat(period.start) if period.start else date.min
    end = date.fromisoformat(period.end) if period.end else date.max
    return start, end


def _note_update(citations: Sequence[Citation]) -> str:
    """A line on the latest update of the quoted articles that came on a later day than they did; empty without one."""
    days = [
        citation.updated[:10]
        for citation in citations
        if citation.updated and citation.updated[:10] > (citation.published or "")[:10]
    ]
    return Text("An article that is quoted was updated on {day}.", day=date.fromisoformat(max(days))) if days else ""
