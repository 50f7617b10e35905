"""What stands on a web page around its article and is taken out: menus, cards, comments, captions, hidden parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from index.web.page_metadata import squeeze

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Names of classes and ids, each a word or words of its own: "share-bar" and "post_share" are of sharing, "shareholder"
# is not.
_NAMES = re.compile(
    r"""(?<![a-z])(?<!has\ )(?<!no\ )(?<!with\ )(?<!and\ )(?:
      comments?(?!ary) | kommentare? | comentarios? | commentaires? | yorum(?:lar)? | disqus | respond
    | shar(?:e|ing)(?:daddy)? | social | paylas | teilen | tools?
    | newsletters? | promo | subscribe | signup | offer | paywall | gate | cookies?
    | cookie(?:banner|bar) | consent | cmp
    | related(?:posts)? | jp\ relatedposts | recommend(?:ed|ations?) | reco | most\ read | popular
    | trending | (?:read|see)\ (?:also|more|next) | more\ (?:news|stories|on) | you\ may | playlist
    | breadcrumbs? | by\ ?line | (?:article|story|feature|post)\ by | authors? | author\ (?:box|bio) | bio
    | tags | keywords | etiketler | nav(?:igation|bar)? | menu | pagination | skip
    | captions? | credits? | updated\ line | contact | pull\ ?quotes?
    | tweet | instagram\ media | tiktok\ embed | bluesky\ embed | mastodon\ embed | fb\ post | reddit\ embed
    | ads? | advert(?:isement)? | ad\ (?:slot|wrap)
    | (?:visually|js)\ hidden | sr\ only | screen\ reader\ text
    )(?![a-z])""",
    re.VERBOSE,
)
_COMMENTS = re.compile(
    r"\W*(?:\d+\s)?(?:comments?|kommentare?|comentarios?|commentaires?|yorumlar|комментарии|التعليقات)\W*(?:\d+\W*)?",
    re.IGNORECASE,
)
_NEVER_SHOWN = ("script", "style", "template", "noscript")
_NOT_TEXT = frozenset(
    "svg iframe video audio object form button dialog figure figcaption caption nav amp-sidebar amp-consent".split()
)
_ROLES = {"navigation", "banner", "contentinfo", "dialog", "alertdialog", "search", "toolbar", "complementary", "menu"}
_HIDDEN = re.compile(r"display:none|visibility:hidden")
_FACT_BOX = re.compile(r"fact|info ?box|explainer|background|key ?(?:points|facts)|glossary|timeline")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = ("p", "li", "div", "section", "article", "td", *_HEADINGS)
_SENTENCE_END = re.compile(r"[.!?…。؟۔][\"'”’»“)\]]*$")
_MAX_CARD = 500  # characters of a card that leads to another article: a headline and its first sentences
_MAX_LABEL = 30  # characters of what stands before a link that is a line by itself: "Read also:"


def drop_furniture(tree: HtmlElement, headline: HtmlElement | None) -> int:
    """Take out of a page what is not its article; gives how many characters its cards (teasers of others) had.

    What holds the headline, or more than half of the page's text, stays whatever its name is: sites mark their whole
    page as hidden until a script has run, and call it "comments" or "promo".
    """
    body = tree.find("body")
    kept = {headline, *headline.iterancestors()} if headline is not None else set()
    for element in list(body.iter(*_NEVER_SHOWN)):
        element.drop_tree()
    half = len(squeeze(body.text_content())) / 2

    def drop(is_furniture: Callable[[HtmlElement], bool]) -> int:
        dropped = 0
        for element in list(body.iterdescendants()):
            if element in kept or body not in element.iterancestors() or not is_furniture(element):
                continue
            length = len(squeeze(element.text_content()))
            if length <= half:
                dropped += length
                element.drop_tree()
        return dropped

    drop(_is_hidden)
    for button in list(body.iter("button")):
        if button.getparent().tag in _HEADINGS:  # it folds what is below it, and is no control of the site
            button.drop_tag()
    drop(lambda element: element.tag in _NOT_TEXT)
    for aside in body.iter("aside"):
        if _FACT_BOX.search(_names(aside)):
            aside.tag = "section"
    drop(_is_named_furniture)
    if headline is not None:
        _drop_comments(body, kept)
    _unfold_layout_tables(body)
    cards = drop(_is_card)
    drop(_is_line_of_link)
    drop(_is_note_mark)
    return cards


def narrow_to_article(tree: HtmlElement, headline: HtmlElement) -> None:
    """Leave in the body only what follows the headline in the smallest part with most of the page's sentences."""
    body = tree.find("body")
    if body not in headline.iterancestors():  # it stood among what only browsers without scripts show
        return
    length_in: Counter[HtmlElement] = Counter()
    for block in body.iter(*_BLOCKS):
        if _is_sentence(words := _own_words(block)):
            length_in.update(dict.fromkeys([block, *block.iterancestors()], len(words)))
    part = headline
    while part is not body:
        for before in list(part.itersiblings(preceding=True)):
            part.getparent().remove(before)
        part = part.getparent()
        part.text = None
        if length_in[part] > 0.7 * length_in[body]:
            break
    headline.drop_tree()
    article = body.makeelement("article", {"class": "post"})  # a name by which trafilatura takes all of it
    article.text = part.text
    article.extend(list(part))
    body.clear()
    body.append(article)


def _is_sentence(words: str) -> bool:
    return len(words) > 25 and _SENTENCE_END.search(words) is not None


def _own_words(block: HtmlElement) -> str:
    """The words of a block that are not in blocks within it."""
    inner = list(block.iterdescendants(*_BLOCKS))
    return (
        squeeze(block.text_content())
        if not inner
        else squeeze(" ".join([block.text or "", *(child.tail or "" for child in block)]))
    )


def _names(element: HtmlElement) -> str:
    names = f"{element.get('class', '')} {element.get('id', '')} {element.get('data-testid', '')}"
    return re.sub(r"[-_\s]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names)).lower().strip()


def _is_hidden(element: HtmlElement) -> bool:
    style = re.sub(r"\s", "", element.get("style", "")).lower()
    return "hidden" in element.attrib or element.get("aria-hidden") == "true" or bool(_HIDDEN.search(style))


def _is_named_furniture(element: HtmlElement) -> bool:
    return (
        element.tag in ("footer", "aside")
        or element.get("role", "").lower() in _ROLES
        or _NAMES.search(_names(element)) is not None
    )


def _drop_comments(body: HtmlElement, kept: set[HtmlElement]) -> None:
    """Take out what stands under a heading "Comments", be it longer than the article."""
    for heading in list(body.iter("h2", "h3", "h4")):
        part = heading.getparent()
        if (
            part is not None
            and part not in kept
            and part is not body
            and _COMMENTS.fullmatch(squeeze(heading.text_content()))
        ):
            part.drop_tree()


def _unfold_layout_tables(body: HtmlElement) -> None:
    """Tables that hold other tables, headings or paragraphs are how old pages stand side by side, and become blocks."""
    for table in list(body.iter("table")):
        if table.xpath(".//table | .//h1 | .//h2") or len(table.xpath(".//td/p")) > 1:
            for part in [table, *table.xpath("./tr | ./*/tr | ./tbody | ./tr/td | ./*/tr/td")]:
                part.tag = "div"


def _is_card(element: HtmlElement) -> bool:
    """Whether a block leads to another page: its only heading is a link, and it is short."""
    if element.tag not in ("article", "section", "div", "li"):
        return False
    headings = element.xpath(".//h2 | .//h3 | .//h4")
    if len(headings) != 1 or len(squeeze(element.text_content())) > _MAX_CARD:
        return False
    around = headings[0].xpath("ancestor::a[@href]")
    return bool(_leads_away(headings[0]) or (around and not around[0].get("href").startswith("#")))


def _leads_away(element: HtmlElement) -> bool:
    """Whether all words of an element are in one link to another page."""
    links = [link for link in element.iter("a") if not link.get("href", "#").startswith("#")]
    return len(links) == 1 and squeeze(links[0].text_content()) == squeeze(element.text_content()) != ""


def _is_line_of_link(element: HtmlElement) -> bool:
    """Whether a line is a link to another page, with nothing before it but a label: "Read also: …"."""
    if element.tag not in ("p", "li", "div") or element.xpath(".//p | .//div | .//li | .//ul"):
        return False
    words = squeeze(element.text_content())
    links = [link for link in element.iter("a") if not link.get("href", "#").startswith("#")]
    if not links or not words or len(links) > 1:
        return False
    linked = squeeze(links[0].text_content())
    return (
        bool(linked)
        and words.endswith(linked)
        and len(words) - len(linked) <= _MAX_LABEL
        and (len(linked) > len(words) - len(linked))
    )


def _is_note_mark(element: HtmlElement) -> bool:
    """Whether an element is the mark of a footnote, or the arrow back from it."""
    words = squeeze(element.text_content())
    if element.tag == "a":
        return element.get("href", "").startswith("#") and not any(character.isalnum() for character in words)
    return element.tag == "sup" and len(words) <= 5 and bool(element.xpath(".//a[starts-with(@href, '#')]"))
