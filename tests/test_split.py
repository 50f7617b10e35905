"""Passages and sentences have exact offsets, for any text in any language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import Article
from index.split import sentence_spans, split_article, split_sentences

_LATIN = ("The man said no.", "“Yes. No.” he said.", "Mr. Smith", "U.S.", "1.5", "x" * 70, "...", "?!", "(a. b)")
_OTHER = ("نعم؟", "यह है।", "今天下雨。明天不下。", "Evet! İstanbul'da.", "e\u0301", "👩\u200d👩")
_PIECES = st.sampled_from((*_LATIN, *_OTHER, "\n", "\n\n", " ", "\t", "  ", "\u2028"))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=200) | st.lists(_PIECES, max_size=60).map("".join)
LANGUAGES = st.sampled_from(["", "en", "de", "tr", "ar", "zh-hans", "am", "xx", "q", "🙂"]) | st.text(max_size=4)


@settings(deadline=None)
@given(TEXTS, LANGUAGES)
def test_sentences_joined_are_the_text(text: str, language: str) -> None:
    """Nothing is lost or added between sentences, whatever the text and the language code."""
    assert "".join(split_sentences(text, language)) == text


@settings(deadline=None)
@given(TEXTS, LANGUAGES)
def test_sentence_spans_cover_every_character_in_order(text: str, language: str) -> None:
    """The spans of sentences are in order, bare of white space, and leave only white space between them."""
    _assert_cover(text, sentence_spans(text, language))


@settings(deadline=None)
@given(TEXTS, LANGUAGES, st.integers(1, 40))
def test_passages_cover_every_character_in_order(text: str, language: str, words: int) -> None:
    """Passages are in order without overlap, hold every character that is no space, and no more words than allowed."""
    article = Article("a1", text, language=language)
    passages = split_article(article, words)
    _assert_cover(text, [(p.start, p.end) for p in passages])
    assert [p.position for p in passages] == list(range(len(passages)))
    assert all(p.article is article and p.text == text[p.start : p.end] for p in passages)
    assert all(len(p.text.split()) <= words for p in passages)


def _assert_cover(text: str, spans: list[tuple[int, int]]) -> None:
    position = 0
    for start, end in spans:
        assert not text[position:start].strip()
        assert text[start:end]
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize(
    ("text", "language", "sentences"),
    [
        ("Mr. Celik spoke. Ankara said no!", "en", ["Mr. Celik spoke. ", "Ankara said no!"]),
        ("He said: “It is over. We go.” Then he left.", "en", ["He said: “It is over. We go.” ", "Then he left."]),
        ("One line\n\nTwo. Three.", "", ["One line", "\n", "\n", "Two. ", "Three."]),
        ("今天下雨。明天不下。", "zh-hans", ["今天下雨。", "明天不下。"]),
        ("Prices rose 1.5 percent in the U.S. in May.", "en", ["Prices rose 1.5 percent in the U.S. in May."]),
        ("", "en", []),
    ],
)
def test_sentences_end_where_readers_end_them(text: str, language: str, sentences: list[str]) -> None:
    """Abbreviations, numbers and quoted speech do not end a sentence; lines do."""
    assert [sentence for sentence in split_sentences(text, language) if sentence] == sentences


def test_spans_leave_out_the_space_around_a_sentence() -> None:
    """A span is the bare sentence in the text."""
    text = "  First one. \n\n Second one.  "
    assert [text[start:end] for start, end in sentence_spans(text)] == ["First one.", "Second one."]


def test_passages_end_at_sentence_ends() -> None:
    """As many whole sentences stand in a passage as its words allow."""
    article = Article("a1", "One two three. Four five six. Seven eight nine.\n\nTen eleven twelve.")
    assert [p.text for p in split_article(article, 7)] == [
        "One two three. Four five six.",
        "Seven eight nine.\n\nTen eleven twelve.",
    ]


def test_a_sentence_that_is_too_long_is_cut_between_words() -> None:
    """A sentence of more words than a passage may have is cut, and no word of it is lost."""
    text = " ".join(f"word{n}" for n in range(45)) + "."
    passages = split_article(Article("a1", text), 20)
    assert len(passages) == 3
    assert [word for p in passages for word in p.text.split()] == text.split()


def test_an_article_without_text_has_no_passages() -> None:
    """White space alone gives no passage."""
    assert split_article(Article("a1", " \n\n "), 20) == []


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The author is J.D. Vance of Ohio. He ran.", ["The author is J.D. Vance of Ohio.", "He ran."]),
        ("It began at 12:40 p.m. Eastern time. It ended.", ["It began at 12:40 p.m. Eastern time.", "It ended."]),
        ("It began at 12:40 p.m. (ET) there.", ["It began at 12:40 p.m. (ET) there."]),
        ("It began at 7 p.m. Nobody came.", ["It began at 7 p.m.", "Nobody came."]),
        ("He lives in the U.S. She does not.", ["He lives in the U.S.", "She does not."]),
        ("So did George W.\nBush was there.", ["So did George W.", "Bush was there."]),
    ],
)
def test_initials_and_time_zones_end_no_sentence(text: str, sentences: list[str]) -> None:
    """A name's initials, and an hour before its time zone, are put together with what follows them on their line."""
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences
