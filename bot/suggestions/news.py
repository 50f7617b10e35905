"""What the hits tell of on several days, or in an article that an answer does not cite: it is worth a dated list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.answers import Question, Span
from bot.follow_ups.name_kinds import EVENTS, ROLES
from bot.references.full_names import places_of
from bot.references.mentions import Name
from bot.suggestions.headlines import ROUNDUP
from bot.suggestions.idea import Idea, overlaps
from bot.suggestions.names import STANDS, is_own, names_in
from bot.suggestions.speech import MEDIA
from bot.suggestions.subjects import write_subject
from config.patterns import compile_later
from index.articles import Article, Hit, best_hits
from index.terms import content_terms

_DAYS = 3  # on which an event has to be told of
_NAMED = (*sorted(EVENTS), "shootings?", "invasion", "derailment", "spill", "hearings")
_EVENT = compile_later(rf"\bthe (?P<name>(?:[A-Z][\w’'-]*\w ){{1,4}}(?i:{'|'.join(_NAMED)})\b(?!['’-]| [A-Z]))")
_NEW_MENTIONS = 2  # of a name, outside of what was shown, that promise more on it
_MANY = 4  # mentions of a name in an article that tells of it
_READ = 10  # articles
_FIRST = 250  # characters of an article in which its subject stands
_CROWNED = frozenset("queen king prince princess pope".split())
_NUMBER = compile_later(r" (?:I{2,3}|I?V|VI{1,3})(?!\w)")  # Elizabeth II
_PART_BEFORE = compile_later(r"[A-Z]\w+ (?:of|for|to) (?:the )?$")
_PART_AFTER = compile_later(r"(?:['’]s)? [A-Z]| (?:of|for) (?:the )?[A-Z]| v(?:s?\.|s) | & |[-/&]")
_TITLE_BEFORE = compile_later(r"(?<!\w)[“\"‘'](?:The |An? )?$")  # of a film: “The End of Kell” is not on Kell
_TITLE_AFTER = compile_later(r"[,.!?]?[”\"’']")
_THING = compile_later(
    r"(?:^|[ “\"(])(?:(?P<before>of|on|in|for|with|about|by|from|over|against|after)|[Tt]he|[Aa]n?|[Tt]his) "
    rf"(?P<words>[a-z][a-z-]{{2,}} [a-z][a-z-]{{2,}}(?<!ed)(?<!ly))(?={STANDS})"
)
_NO_THING = ROLES | frozenset(
    "first second last next same other prime national social media record high low old new".split()
)


@dataclass(frozen=True)
class Subject:
    """A question for the news on something, and the hits that can answer it.

    It is `central` if it was asked about, or if the title of a cited article has it.
    """

    idea: Idea
    hits: list[Hit]
    central: bool


def find_event(hits: Sequence[Hit]) -> Idea | None:
    """A timeline of the event that English articles of three days, or of most, name alike: "the Idlib talks"."""
    days: dict[str, set[str]] = defaultdict(set)
    spans: dict[str, Span] = {}
    for hit in hits:
        passage, article = hit.passage, hit.passage.article
        if not article.published or not is_english(article):
            continue
        for found in _EVENT.finditer(passage.text):
            days[found["name"]].add(article.published[:10])
            start, end = passage.start + found.start(), passage.start + found.end()
            spans.setdefault(found["name"], Span(article, start, end))
    name = max(days, key=lambda name: len(days[name]), default="")
    if len(days.get(name, ())) < _DAYS:
        return None
    return Idea(f"Timeline of the {name}", "timeline", spans[name], name)


def find_subjects(question: Question, shown: Sequence[Span], hits: Sequence[Hit]) -> Iterator[Subject]:
    """What the question or the answer names, and articles of the hits are about; or people of whom they tell."""
    cited = {span.article.id for span in shown}
    heads = [_Head(hit) for hit in best_hits(hits)[:_READ]]
    heads = [head for head in heads if is_english(head.hit.passage.article)]
    seen: set[str] = set()
    for text in (question.text, *(span.text for span in shown)):
        for words, name, about in _read_subjects(text, heads):
            titled = {head.hit.passage.article.id for head in about if words.casefold() in head.title.casefold()}
            central = text == question.text or not cited.isdisjoint(titled)
            is_person = name.is_person and " " in words if isinstance(name, Name) else False
            mentions = places_of(about[0].hit.passage.article.text, words)
            if words.casefold() not in seen and (central or titled or is_person or len(mentions) >= _MANY):
                seen.add(words.casefold())
                articles = [head.hit.passage.article for head in about[:2]]
                written = name if isinstance(name, str) else write_subject(words, name, text, articles)
                if written:
                    yield _make_subject(words, written, about, cited, central=central)


def tells_more(idea: Idea, hits: Sequence[Hit], shown: Sequence[Span]) -> bool:
    """Whether the articles of hits have what an idea is about often enough outside of what was shown."""
    articles = (hit.passage.article for hit in hits)
    spans = (Span(a, start, start + len(idea.about)) for a in articles for start in places_of(a.text, idea.about))
    return sum(not overlaps(span, shown) for span in spans) >= _NEW_MENTIONS


def is_english(article: Article) -> bool:
    """Whether an article is English, as far as is known."""
    return article.language[:2] in ("", "en")


class _Head:
    """What stands at the head of the article of a hit: its title, and the first words."""

    def __init__(self, hit: Hit) -> None:
        title = hit.passage.article.title
        self.hit, self.title = hit, "" if ROUNDUP.search(title) else title
        self.text = f"{self.title}\n{hit.passage.article.text[:_FIRST]}"


def _make_subject(name: str, words: str, about: Sequence[_Head], cited: Collection[str], *, central: bool) -> Subject:
    """The latest on a subject, if an article that begins with it is not cited, or there are several days; else more."""
    led = [head.hit for head in about if name.casefold() in head.text.casefold() and head.hit.passage.article.published]
    new = [hit for hit in led if hit.passage.article.id not in cited]
    latest = bool(new) or len({(hit.passage.article.published or "")[:10] for hit in led}) > 1
    hits = new[:1] or (led if latest else [head.hit for head in about])[:2]
    article = hits[0].passage.article
    start = max(0, article.text.find(name))
    span = Span(article, start, start + len(name))
    asked = f"{'Latest on' if latest else 'Tell me more about'} {words}"
    return Subject(Idea(asked, "latest" if latest else "more", span, name), hits, central)


def _read_subjects(text: str, heads: Sequence[_Head]) -> Iterator[tuple[str, Name | str, list[_Head]]]:
    """The words of a text that name something, as a name or as a question has them, with the articles on it.

    The articles begin with it; for a name that is at the beginning of none, they are those whose hit has it.
    """
    for name in names_in(text):
        start = name.start - (len(name.title) + 1 if len(name.words) == 1 and name.title in _CROWNED else 0)
        crowned = _NUMBER.match(text, name.end)
        end = crowned.end() if crowned else name.end
        words = text[start:end]
        about = [head for head in heads if words in head.text and places_of(head.text, words)]
        about = about or [head for head in heads if places_of(head.hit.passage.text, words)]
        part = _PART_BEFORE.search(text, max(0, start - 25), start) or _PART_AFTER.match(text, end)
        quoted = _TITLE_BEFORE.search(text, max(0, start - 5), start)
        is_part = part is not None or (quoted is not None and not _TITLE_AFTER.match(text, end))
        if about and is_own(name) and not is_part and not MEDIA.search(words):
            yield words, name, about
    for found in _THING.finditer(text):
        words = found["words"]
        about = [head for head in heads if words in head.title.casefold()]
        if len(about) > 1 and len(content_terms(words)) > 1 and _NO_THING.isdisjoint(words.split()):
            the = "" if words.endswith("s") or found["before"] else "the "
            yield words, f"{the}{words}", about
