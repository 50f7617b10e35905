"""What a web page is that has no article in it: behind a paywall, an error, a question for consent, only a script."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.web.page_metadata import PageMetadata

NO_TEXT = "no article text was found in the page"
PAYWALL = "it is behind a paywall"
ERROR = "it is an error page"
CONSENT = "it asks for consent and shows no article"
SCRIPT = "it needs JavaScript and shows no article"

SENTENCE_END = re.compile(r"[.!?…。！？؟۔।:][\"'”’»“)\]]*$")

_SHORT = 1000  # characters: a page with more is an article, whatever it says about subscribing or cookies
_LONG_LINE = 100  # characters: so long a line is a sentence in languages too that end none with a stop
_SUBSCRIBERS = re.compile(
    r"""subscrib\w+\ (?:now\ )?to\ (?:continue|keep|read|unlock) | (?:log|sign)\ in\ to\ (?:continue|keep)\ reading
      | (?:for|to)\ (?:our\ )?(?:paying\ )?(?:subscribers|members)\ only | subscribers?[- ]only
      | exclusive\ to\ (?:our\ )?subscribers | weiterlesen\ mit | nur\ für\ abonnent | réservé\ (?:aux|à\ nos)\ abonné
      | para\ suscriptores | suscríbete\ para | riservato\ agli\ abbonati | abone\ olun?\ .{0,30}(?:oku|devam)
      | только\ для\ подписчиков | للمشتركين\ فقط""",
    re.IGNORECASE | re.VERBOSE,
)
_CONSENT = re.compile(
    r"cookies?\b|consent|privacy|partners|your (?:data|device)|einwillig|datenschutz|çerez|aydınlatma|confidentialité"
    r"|privacidad|согласи",
    re.IGNORECASE,
)
_SCRIPTS = re.compile(r"\bjava ?script\b", re.IGNORECASE)
_ERROR = re.compile(
    r"""^\W*(?:error\W+)?(?:40[0-9]|410|429|50[0-4]|52[0-9])(?=\W*$|\W+[a-z]) | ^not\ found\W*$ | ^access\ denied
      | page\ (?:was\ |is\ |could\ )?not\ (?:be\ )?found | page\ (?:does\ not|doesn['’]t|no\ longer)\ exist
      | (?:can(?:not|['’]t)|could\ not|couldn['’]t|unable\ to)\ find\ (?:that|this|the)\ page | ^(?:403\ )?forbidden
      | ^(?:service|site|page)\ (?:temporarily\ )?unavailable | ^bad\ gateway | ^just\ a\ moment | ^attention\ required
      | are\ you\ (?:a\ )?(?:robot|human) | seite\ (?:wurde\ )?nicht\ gefunden | página\ no\ encontrada
      | page\ (?:introuvable|non\ trouvée) | sayfa\ bulunamadı | страница\ не\ найдена | الصفحة\ غير\ موجودة""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class PageWords:
    """The words of a page as it came: its title and main headings, and all that is not in its head, foot or menus."""

    heads: list[str]
    whole: str


def why_no_article(page: PageMetadata, words: PageWords, lines: list[str], cards: int) -> str:
    """What a page is that has no article in it, or "" where it has one.

    `lines` is the text that was found in it; `cards` is how many characters its teasers of other articles had.
    """
    size = sum(map(len, lines))
    if size >= _SHORT:
        return ""
    if not page.is_free or _SUBSCRIBERS.search(words.whole):
        return PAYWALL
    has_sentence = any(SENTENCE_END.search(line) or len(line) > _LONG_LINE for line in lines)
    reason = "" if has_sentence else NO_TEXT
    if page.names_article:
        return reason
    return _what_instead(words, lines) or (NO_TEXT if cards > 2 * size else reason)


def _what_instead(words: PageWords, lines: list[str]) -> str:
    if any(_ERROR.search(head) for head in words.heads):
        return ERROR
    if len(_CONSENT.findall(" ".join(lines) or words.whole)) > 3:
        return CONSENT
    return SCRIPT if not lines and _SCRIPTS.search(words.whole) else ""
