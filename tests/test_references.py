"""Sentences that are made readable on their own: whom a pronoun means, full names, speakers; and what is left alone."""

from __future__ import annotations

import re

import pytest

from bot.answers import Span
from bot.references.resolve import resolve_references
from index.articles import Article
from index.split import sentence_spans

KALIN = "The presidential spokesman Ibrahim Kalin met reporters in Ankara on Monday."


def resolve(text: str, *, stated: str = "", language: str = "") -> tuple[str, tuple[str, ...]]:
    """The last sentence of a text with its insertions, and the words of the sentences that hold them."""
    article = Article("a", text, language=language)
    start, end = sentence_spans(text, language)[-1]
    resolved, spans = resolve_references(Span(article, start, end), stated)
    return resolved, tuple(span.text for span in spans)


@pytest.mark.parametrize(
    ("sentence", "resolved"),
    [
        ("He said the talks go on.", "He [Ibrahim Kalin] said the talks go on."),
        ("But he left early.", "But he [Ibrahim Kalin] left early."),
        ("His office is near.", "His [Ibrahim Kalin’s] office is near."),
        ("After the talks, he flew home.", "After the talks, he [Ibrahim Kalin] flew home."),
        ("“It must stop,” he said.", "“It must stop,” he [Ibrahim Kalin] said."),
        ("Kalin named no day.", "Kalin [Ibrahim Kalin] named no day."),
        ("Kalin's car left.", "Kalin's [Ibrahim Kalin's] car left."),
        ("The spokesman named no day.", "The spokesman [Ibrahim Kalin] named no day."),
        ("The spokesman’s car left.", "The spokesman’s [Ibrahim Kalin’s] car left."),
        ("Mr Kalin and Kalin’s wife left.", "Mr Kalin [Ibrahim Kalin] and Kalin’s wife left."),
    ],
)
def test_a_person_is_named(sentence: str, resolved: str) -> None:
    """Whom the sentence before names alone is meant, and that sentence is to be quoted as well."""
    assert resolve(f"{KALIN} {sentence}") == (resolved, (KALIN,))
    assert resolve(f"{KALIN}\n\n{sentence}") == (resolved, (KALIN,))


@pytest.mark.parametrize(
    "sentence",
    [
        "She said the talks go on.",
        "He and Ibrahim Kalin left.",
        "After Merkel came, he flew home.",
        "He’s late.",
        "They said nothing.",
        "The spokesman building is new.",
        "Her office is near.",
        "“Kalin must go,” she said.",
        "Mrs Kalin stayed at home.",
        "The minister named no day.",
        "Ibrahim Kalin named no day.",
        "“He must stop at once.”",
        "It said nothing.",
        "The company said nothing.",
    ],
)
def test_what_the_text_before_does_not_explain_is_left_alone(sentence: str) -> None:
    """A pronoun of the other gender, a name that is there, words in quotation marks: nothing is inserted."""
    assert resolve(f"{KALIN} {sentence}") == (sentence, ())


@pytest.mark.parametrize(
    "before",
    [
        "Omer Celik met Ibrahim Kalin.",
        "Ibrahim Kalin met a driver.",
        "In Ankara the Prime Minister met Ibrahim Kalin.",
        "Later Xi received Ibrahim Kalin.",
        "Ibrahim Kalin came. The shops were shut.",
        "Ibrahim Kalin came. He met Omer Celik.",
        "Ibrahim Kalin: Nobody asked that.",
        "In May he met voters who like Ibrahim Kalin.",
        "They named “us”, said Ibrahim Kalin in The Echo.",
        "Rain fell on the house of Ibrahim Kalin's aunts.",
        "Shops saw Ruud Bos, 60, in town.",
        "If Ruud Bos, 60, pays, people go.",
        "Ibrahim Kalin/AP Guests sat down.",
        "Guests, one of them a French Canadian, said yes.",
        "Guests said Kalin’s name.",
        "Ibrahim Kalin came\n\nMore talks",
        "Ibrahim Kalin came.\n\nMore talks",
        "Ibrahim Kalin came.\n\n• Others went.",
        "Ibrahim Kalin came. He sat. He ate. He rose.",
        "Nobody came.",
    ],
)
def test_a_pronoun_with_two_meanings_or_none_is_left_alone(before: str) -> None:
    """Two people, one without a name, one that may be another's, a heading or too many sentences between."""
    assert resolve(f"{before}\n\nHe came.") == ("He came.", ())


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("Ibrahim Kalin came. He sat down. He ate.", "Ibrahim Kalin"),
        ("Ibrahim Kalin came. But he left.", "Ibrahim Kalin"),
        ("Ibrahim Kalin, a spokesman for the president, came.", "Ibrahim Kalin"),
        ("Angela Merkel met Ibrahim Kalin.", "Ibrahim Kalin"),
        ("Ibrahim Kalin came to the Hagia Sophia in Istanbul.", "Ibrahim Kalin"),
        ("Ibrahim Kalin saw his wife.", "Ibrahim Kalin"),
        ("Ibrahim Kalin came. “We go on.”", "Ibrahim Kalin"),
        ("Ibrahim Kalin added, and Omer Celik said, that they agree.", ""),
        ("Ibrahim Kalin came. Omer Celik came, too. He sat down.", "Omer Celik"),
        ("“Omer Celik said that Ibrahim Kalin told her so,” aides said. So Omer Celik said.", "Omer Celik"),
        ("“Omer Celik will see,” said Ibrahim Kalin.", "Ibrahim Kalin"),
        ("Ibrahim Kalin said that Omer Celik had left.", "Ibrahim Kalin"),
        ("Secretary of State Antony Blinken came.", "Antony Blinken"),
        ("Ukrainian Defence Minister Oleksii Reznikov came.", "Oleksii Reznikov"),
        ("The head of Trade and Growth Alan Wexler came.", "Alan Wexler"),
        ("Gov. Ned White Jr. came.", "Ned White"),
        ("The Dutch envoy Ruud van der Berg came.", "Ruud van der Berg"),
        ("Ex-President Donald Trump came.", "Donald Trump"),
        ("Commissioners Ann Bos-Fox and others came.", ""),
        ("Ruud Bos, who leads the union, came.", "Ruud Bos"),
        ("Greek Foreign Nikos Dendias, 60, came.", ""),
    ],
)
def test_who_spoke_is_meant_by_who_speaks_on(before: str, name: str) -> None:
    """A chain of pronouns leads back to a name; the others that a sentence names are no rivals of its speaker."""
    expected = f"He [{name}] said so." if name else "He said so."
    assert resolve(f"{before}\n\nHe said so.")[0] == expected


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("The Defence Ministry met. The ministry said no.", "The ministry [Defence Ministry] said no."),
        (
            "The Ministry of Defence met. The ministry’s aim was clear.",
            "The ministry’s [Ministry of Defence’s] aim was clear.",
        ),
        ("The Defence Ministry met the Health Ministry. The ministry said no.", ""),
        ("Tom Bos left the Ministry. The ministry said no.", ""),
        ("The Ministry-Bos affair and a ‘Ministry’ go on. The ministry said no.", ""),
        ("The spokesman Minister Omer Celik came. The spokesman said no.", ""),
        ("The Research and Health Ministry met. The ministry said no.", ""),
        ("The Ethics Committee met, and a budget committee. The committee said no.", ""),
        ("Two-thirds of University staff met. The university said no.", ""),
        ("The university said no.", ""),
        ("UBS said on Monday it will pay. UBS shares fell. It said more.", "It [UBS] said more."),
        ("UBS said on Monday it will pay. It also said more.", "It [UBS] also said more."),
        ("Bos said so of the 'Ministry people. The ministry said no.", ""),
        ("Trains also told trains to stop. It said more.", ""),
        ("Pro: nobody pays UBS. It said more.", ""),
        ("Acme said so, and Bolt said no. It said more.", ""),
        ("The chief executive of Acme left. Acme pays. The company said more.", "The company [Acme] said more."),
        ("Acme shares fell. Acme told Bolt to pay. The company said more.", ""),
        ("Acme told everyone to pay. The company said more.", ""),
        (
            "Omer Celik, a party spokesman, came. Celik left. The spokesman said no.",
            "The spokesman [Omer Celik] said no.",
        ),
        ("The spokesman Omer Celik came. Spokesman Ibrahim Kalin left. The spokesman said no.", ""),
        ("The old spokesman met Minister Omer Celik. The spokesman said no.", ""),
        ("The spokesman Omer Celik came. One left. One ate. One sat. The spokesman said no.", ""),
    ],
)
def test_descriptions(text: str, resolved: str) -> None:
    """An office is named where the text has one name with its word, a company where the sentence before is about it."""
    assert resolve(text)[0] == (resolved or text[sentence_spans(text)[-1][0] :])


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("The Las Vegas Aces won. Now the Aces rest.", "Now the Aces [Las Vegas Aces] rest."),
        ("The Aces won. The Las Vegas Aces won. Now the Aces rest.", ""),
        ("The Las Vegas Aces met the Ohio Aces. Now the Aces rest.", ""),
        ("House Republicans met. Now the Republicans rest.", ""),
        ("Tom Aces came. Now the Aces rest.", ""),
        ("The Las Vegas Team met. Now the Aces rest.", ""),
        ("The Las Vegas Fire met. Now the Tide rest.", ""),
        (
            "The Justice and Development Party (AKP) met. The AKP won.",
            "The AKP [Justice and Development Party (AKP)] won.",
        ),
        (
            "The World Health Organization (WHO) met. The WHO said no.",
            "The WHO [World Health Organization (WHO)] said no.",
        ),
        ("The Party of Old Things (AKP) met. The AKP won.", ""),
        ("The Union (EU) met. The EU won.", ""),
        ("The AKP met. The AKP won.", ""),
        ("Anna Bos met Tom Bos. Now Bos left.", ""),
        ("Bos left. Tom Bos came. Now Bos left.", "Now Bos [Tom Bos] left."),
        ("One said 'Bos came, and that was all that was said. Tom Bos came. Now Bos left.", "Now Bos [Tom Bos] left."),
        ("A Turkish Can Yaman, 31, came. Now Yaman left.", "Now Yaman [Can Yaman] left."),
        ("Tom Islam came. Now the Nation of Islam met.", ""),
        ("In Bos it rained. Tom Bos came. Now Bos left.", ""),
        ("King Omar bin Salman came. Now Salman left.", ""),
        ("A Bos left. The Eastern Bos came. Now Bos left.", ""),
        ("Ruud Vos came. “No,” Vos said. Now Vos left.", "Now Vos [Ruud Vos] left."),
        ("Tom Vos-Bos came. Now Vos left.", ""),
        ("Tom Bos Vosberg came. Now Bos left.", ""),
        ("Bill Bos did not mention Tom Vos. Now Vos left.", ""),
        ("Maker-owned Bosgram fell. Now Bosgram rose.", ""),
    ],
)
def test_full_names(text: str, resolved: str) -> None:
    """A short form gets its full form where the article has just one, and states it."""
    last = text[sentence_spans(text)[-1][0] :]
    assert resolve(text)[0] == (resolved or last)


def test_no_sentence_gets_more_than_two_insertions() -> None:
    """Of three short names two are explained, and the one sentence that holds both is quoted once."""
    before = "Ben Bos met Adam Vos and Henry Fox."
    assert resolve(f"{before} Now Bos, Vos and Fox left.") == (
        "Now Bos [Ben Bos], Vos [Adam Vos] and Fox left.",
        (before,),
    )


def test_a_heading_is_not_quoted_for_a_name() -> None:
    """Where a sentence names somebody in full it is quoted rather than a heading before it."""
    text = "Tom Bos wins\n\nOn Monday Tom Bos won the vote.\n\nNow Bos rests."
    assert resolve(text) == ("Now Bos [Tom Bos] rests.", ("On Monday Tom Bos won the vote.",))
    assert resolve("Tom Bos wins\n\nNow Bos rests.") == ("Now Bos [Tom Bos] rests.", ("Tom Bos wins",))


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("“It goes on,” Ibrahim Kalin said.\n\n“It must stop.”", "[Ibrahim Kalin:] “It must stop.”"),
        ('"It goes on," said Ibrahim Kalin.\n\n"It must stop."', '[Ibrahim Kalin:] "It must stop."'),
        ("Ibrahim Kalin came.\n\n“It goes on,” he said.\n\n“It must stop.", "[Ibrahim Kalin:] “It must stop."),
        ("Ibrahim Kalin came.\n\n“It goes on,” he thought.\n\n“It must stop.”", ""),
        ("Ibrahim Kalin said that it goes on.\n\n“It must stop.”", ""),
        ("“It goes on,” people said.\n\n“It must stop.”", ""),
        ("“It must stop.”", ""),
    ],
)
def test_words_without_a_speaker(text: str, resolved: str) -> None:
    """A sentence that is all quotation gets the speaker of the words before it."""
    assert resolve(text)[0] == (resolved or text.rsplit("\n\n", maxsplit=1)[-1])


def test_nothing_is_inserted_in_what_somebody_says() -> None:
    """A sentence in the midst of a quotation, and a name in quotation marks, stay as they are."""
    text = f"{KALIN} “We wait. He is late. Kalin knows,” she said."
    article = Article("a", text)
    start = text.index("He is late.")
    assert resolve_references(Span(article, start, start + len("He is late."))) == ("He is late.", ())
    assert resolve(f"{KALIN} Some call him “Kalin the wise” here.")[1] == ()


def test_what_the_answer_has_said_is_not_said_again() -> None:
    """A full name that stands in the answer so far is not inserted; a pronoun is explained by the surname then."""
    assert resolve(f"{KALIN} Kalin left.", stated="Ibrahim Kalin came.") == ("Kalin left.", ())
    assert resolve(f"{KALIN} He left.", stated="Ibrahim Kalin came.") == ("He [Kalin] left.", (KALIN,))


def test_other_languages_get_full_names_only() -> None:
    """What a pronoun means follows English rules: in a German article only names are completed."""
    text = "Am Montag kam Thomas Bos in Berlin an. {}"
    assert resolve(text.format("He kam zu spät."), language="de") == ("He kam zu spät.", ())
    assert resolve(text.format("Dann ging Bos."), language="de")[0] == "Dann ging Bos [Thomas Bos]."


def test_a_long_article_is_read_from_near_the_sentence() -> None:
    """Names far before a sentence are found; a sentence that the window cuts in two is not read as a whole."""
    far = f"{KALIN} " + "It rained on and on, " * 80 + "and then it stopped. Kalin left. He slept."
    assert resolve(far)[0] == "He [Ibrahim Kalin] slept."
    cut = "Ibrahim Kalin came, " + "and it rained on, " * 100 + "and it stopped. He slept."
    assert resolve(cut) == ("He slept.", ())


def test_without_the_brackets_it_is_the_quote() -> None:
    """Taking the insertions out of a sentence gives the words of the article."""
    quote = "But he left Kalin’s friend Celik at the Aces’ gate."
    text = f"The Las Vegas Aces won. Omer Celik came. Ibrahim Kalin slept. {quote}"
    resolved, _ = resolve(text)
    assert resolved != quote
    assert re.sub(r" \[[^]]*\]", "", resolved) == quote
