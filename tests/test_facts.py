"""The checkable facts of a sentence: what is found, and what of it a text holds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.verification.facts import Facts, find_facts, find_numbers, fold, missing_facts


def facts(numbers: str = "", names: str = "", *quotations: str) -> Facts:
    """Facts as they are written here: numbers and names separated by blanks."""
    return Facts(frozenset(map(Decimal, numbers.split())), frozenset(names.split()), frozenset(quotations))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("12 posts", "12"),
        ("3,000,000 people", "3000000"),
        ("3 million people", "3000000"),
        ("a 3-million-dollar deal", "3000000"),
        ("3m and 2bn, 5k", "3000000 2000000000 5000"),
        ("22.48 shares at 0.76 francs", "22.48 0.76"),
        ("1.4 million miles", "1400000"),
        ("10 percent, 10%, €3.5bn", "10 10 3500000000"),
        ("twelve posts and twenty-one men, ninety nine more", "12 21 99"),
        ("two hundred thousand", "200000"),
        ("two dozen, a dozen, a million", "24 12 1000000"),
        ("thousands of people, dozens of ships", ""),
        ("one of them, no one, oneself", ""),
        ("1 of them, one million", "1 1000000"),
        ("zero", "0"),
        ("the 29th minute, the second attempt, the twenty-first time", "29 2 21"),
        ("the first", ""),
        ("in the 1990s at 5pm, 80kg", "1990 5 80"),
        ("on 18 February 2020, at 7:40, 1-0", "18 2020 7 40 1 0"),
        ("12.03.2020 or 2020-03-12", "12.03 2020 2020 3 12"),
        ("No.5 costs .5", "5 5"),
        ("1,0000 and 1\u00a0000", "1 0 1000"),
        ("pad 39B, a 3.5T truck, A320", ""),
        ("the sixteenth, the twentieth and the ninetieth", "16 20 90"),
        ("tens, seventyish, twofold", ""),
        ("in 2020 millions fled", "2020"),
    ],
)
def test_numbers_are_found_by_value(text: str, values: str) -> None:
    """Figures, words, scales, decimals and ordinals give their values, in order; what is no number gives none."""
    assert find_numbers(text) == [Decimal(value) for value in values.split()]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Turkey’s demand and Syria's answer", facts(names="turkey Syria")),
        ("He met Blackwell-Thompson of Russian-backed Idlib", facts(names="Blackwell Thompson Russian backed Idlib")),
        ("The spokesman İbrahim Kalın met Ömer Çelik", facts(names="Ibrahim Kalin Omer Celik")),
        ("Then al-Sisi of Egypt spoke", facts(names="al Sisi Egypt")),
        ("The U.S. and the US spoke with O’Neil of NATO.", facts(names="Us O'neil Nato")),
        ("US troops left", facts(names="Us")),
        ("IT workers and I agree", facts(names="It")),
        ("Talks ended", facts(names="talks")),
        ("Officials said so", facts()),
        ("It's over, he said", facts()),
        ("Five people met the Big Five", facts("5 5", "Big Five")),
        ("On 5 May it may rain", facts("5", "May")),
        ("More than half of thousands", facts(names="half thousands")),
        ("see evil.example or covid19, kr500", facts(names="evilexample covid19 kr500")),
        ("about 3.5 million in v1.2", facts("3500000 2", "v1.2")),
        ("they left pad 39B", facts(names="39b")),
        ("", facts()),
    ],
)
def test_names_are_found(sentence: str, expected: Facts) -> None:
    """Capitalised words are names, without possessives and accents, by parts; everyday words that open are not."""
    assert find_facts(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "quotations"),
    [
        ("he said “We did not accept the map,” and left", ["we did not accept the map"]),
        ('he said "no deal" and "no map"', ["no deal", "no map"]),
        ("he said «no deal», „no map“", ["no deal", "no map"]),
        ("he called it ‘a total disaster’", ["a total disaster"]),
        ("he called it 'what we don't want' again", ["what we don't want"]),
        ("the workers' plan and the ministers' bill", []),
        ('he said "we will', ["we will"]),
        ('we will fight."', ["we will fight"]),
        ("we pulled it off!” he said, “but not alone.”", ["we pulled it off", "but not alone"]),
        ('he said "!"', []),
    ],
)
def test_quotations_are_found(sentence: str, quotations: list[str]) -> None:
    """Words in any quotation marks are a quotation, also where one mark of a pair is missing."""
    assert find_facts(sentence) == facts("", "We" if "We" in sentence else "", *quotations)


HELD = [
    ("3 million people", "home to 3,000,000 people"),
    ("twelve posts", "Turkey has 12 observation posts"),
    ("the 2nd day", "a second day of talks"),
    ("the 1st day", "the first day"),
    ("in May", "Since May, much has changed"),
    ("Ibrahim Kalin’s words", "Spokesman İbrahim Kalın told reporters his words"),
    ("he said “we did not accept”", "They said: 'we did not accept the map'"),
    ("Five people died", "5 people died"),
    ("It was Blackwell Thompson", "It was Charlie Blackwell-Thompson"),
    ("Shares fell", "the shares fell"),
]
MISSED = [
    ("4 million people", "3 million people", ["the number 4000000"]),
    ("1,000 of 22.5", "a thousand and 22.48", ["the number 22.5"]),
    ("two hundred thousand", "two hundred", ["the number 200000"]),
    ("12 ships", "dozens of ships", ["the number 12"]),
    ("dozens of ships", "12 ships", ["the name dozens"]),
    ("the 1980s", "the 1990s", ["the number 1980"]),
    ("at 5pm", "at 7 p.m.", ["the number 5"]),
    ("the third time", "the first time", ["the number 3"]),
    ("on Monday in Ankara", "on Tuesday in Ankara", ["the name Monday"]),
    ("on 5 May", "on 5 June it may rain", ["the name May"]),
    ("The US left", "they told us", ["the name Us"]),
    ("he called it “fair”", "he called it unfair", ['the words "fair"']),
    ("he said 'total war'", "he said war", ['the words "total war"']),
    ("go to evil.example", "go to a website", ["the name evilexample"]),
    ("Putin paid 7 and 5", "somebody paid", ["the number 5", "the number 7", "the name putin"]),
]


@pytest.mark.parametrize(("sentence", "text"), HELD)
def test_a_fact_in_another_writing_is_held(sentence: str, text: str) -> None:
    """A text holds a fact that it writes in another way: figures, accents, marks, capitals of an opening word."""
    assert missing_facts(find_facts(sentence), text) == []


@pytest.mark.parametrize(("sentence", "text", "missing"), MISSED)
def test_a_fact_that_is_not_there_is_missing(sentence: str, text: str, missing: list[str]) -> None:
    """Each number, name and quotation that a text does not hold is named, numbers first."""
    assert missing_facts(find_facts(sentence), text) == missing


def test_fold_makes_writings_alike() -> None:
    """Case, accents, dotless and dotted i, dashes, quotation marks and white space make no difference."""
    assert fold(" İSTANBUL’s  “Kalın” –\u00a0É\n") == 'istanbul\'s "kalin" - e'


WRITING = st.text(st.sampled_from("aIİıé Mm5 79.,-'’‘\"“”«»\u00a0k%b") | st.characters(codec="utf-8"), max_size=60)
WORDS = st.lists(
    st.sampled_from(
        "Turkey's 3 million two hundred dozens US May may “no deal” 'so it was' 1990s 39B J.R. No.5 «x".split()
    )
    | WRITING,
    max_size=12,
).map(" ".join)


@settings(deadline=None)
@given(WORDS)
@example('"a" b" c')
@example("’'ab'’")
def test_a_sentence_never_misses_a_fact_in_itself(sentence: str) -> None:
    """Whatever is written, a sentence holds all of its own facts, also in the midst of other words."""
    found = find_facts(sentence)
    assert missing_facts(found, sentence) == []
    assert missing_facts(found, f"So it is. {sentence}\nAnd so on.") == []
