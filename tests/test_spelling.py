"""Names and long words are put right by one letter, swaps in any; what articles have, and other writing, stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import Article, Passage
from index.embed import WordLlamaEmbedder
from index.generations import Generation
from index.keywords import KeywordIndex
from index.search.passages import search_passages
from index.search.spelling import correct_spelling
from tests.newsroom import index_articles

ARTICLES = [
    {"id": "erdogan", "outlet": "Lantern", "text": "Erdoğan opened the bridge. The crowd saw Erdoğan wave."},
    {"id": "bakers", "outlet": "Lantern", "text": "The bakers of Kell lost their flour and their nerve."},
    {"id": "ports", "outlet": "Gazette", "text": "The port of Brenn lets 24 ships a day pass, said Maeve Quist."},
    {"id": "german", "language": "de", "text": "Die Bäckerei am Hafen schließt nicht vor Ostern."},
    {"id": "russian", "language": "ru", "text": "Порт закрыли из-за тумана."},
    {"id": "hindi", "text": "नगरपालिका ने नगर में सड़क खोली।"},
]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory, embedder: WordLlamaEmbedder) -> Iterator[Generation]:
    """Articles with a name that is often written otherwise."""
    with index_articles(tmp_path_factory.mktemp("names"), embedder, *ARTICLES) as generation:
        yield generation


@pytest.mark.parametrize(
    "name", ["Erdogn", "Erdogaan", "Erodgan", "Erdogen", "Erdoğan", "Erdogan", "erdogn", "ERDOĞAN"]
)
def test_a_name_is_found_however_it_is_written(names: Generation, embedder: WordLlamaEmbedder, name: str) -> None:
    """A letter less, more, swapped or exchanged, and accents or none, find the same article first."""
    hits = search_passages(names, embedder, f"what did {name} open?", k=1)
    assert [hit.passage.article.id for hit in hits] == ["erdogan"]


@pytest.mark.parametrize(
    ("question", "corrected"),
    [
        ("Erdogn", "Erdoğan"),
        ("Did Erdogn's crowd wave to erdogn?", "Did Erdoğan's crowd wave to Erdoğan?"),
        ("Did Erdoğn open it?", "Did Erdoğan open it?"),
        ("Bäckreei", "Bäckerei"),
        *(
            (question, question)
            for question in [
                "",
                "?!",
                "Erdogan Erdoğan ERDOGAN bridge bridges",  # there, in any form
                "xrdogan grdogan",  # the first letter is never wrong
                "Erdggn Erdogaaan",  # two letters are
                "prt shp",  # too short
                "Bren Kel Quis Maev",  # short, and what it is like is in few passages
                "brdge crwod nrve flourr",  # no names
                "Zhe bakars",
                "Zagreb",  # like nothing
                "ERDOGN brdGe",  # abbreviations
                "24s 24th 2400 Erdogn24",  # numbers
                "What happened last week, and what is next?",  # as any index may lack these words
                "What was lost last Tuesday?",
                "news from March, a story of the month",
                "What did the Gazette and the Lantern say?",  # outlets
                "Порт закрыли",
                "Порта закрыли туманный",
                "नगरपालिका ने",
                "土耳其要求什么",
                "ماذا طلبت تركيا",
                "nicht Ostern",  # no English, but there
                "Bridgee crwod erdogn flourr Erdogen",  # too many to be slips
                "When did theirs start, then?",
            ]
        ),
    ],
)
def test_only_slips_are_corrected(names: Generation, question: str, corrected: str) -> None:
    """A word that is nowhere becomes the most frequent name that is one letter away, and all else stays as it is."""
    assert correct_spelling(question, names) == corrected


@pytest.mark.parametrize(
    ("question", "corrected"),
    [
        ("who was dislpaced?", "who was displaced?"),
        ("what did the govermnent say?", "what did the government say?"),
        ("what did the goverment legalise?", "what did the government legalize?"),
        ("the governmentt and the govirnment", "the government and the government"),
        ("which protect ended?", "which protect ended?"),  # not the project: it may be no slip
        ("who are the divers?", "who are the divers?"),
        ("who analysed it?", "who analyzed it?"),
        ("the Dislpaced", "the Dislpaced"),  # the name of somebody
    ],
)
def test_slips_in_other_words(tmp_path: Path, embedder: WordLlamaEmbedder, question: str, corrected: str) -> None:
    """Letters that are swapped, other spellings, and one letter in a long word are put right where articles have it."""
    text = "A project of the government may legalize what trailers for displaced drivers cost, as was analyzed."
    with index_articles(tmp_path, embedder, {"id": "a", "text": text}) as generation:
        assert correct_spelling(question, generation) == corrected


def test_a_slip_is_not_taken_for_a_word_without_meaning(names: Generation) -> None:
    """A name that is not there does not become "their" because that stands everywhere."""
    assert correct_spelling("Who is Thei Theie?", names) == "Who is Thei Theie?"


def test_of_several_names_the_most_frequent_is_meant(tmp_path: Path, embedder: WordLlamaEmbedder) -> None:
    """Of names that are alike near, that of most articles is taken, and of equals always the same."""
    texts = [
        "Then Martina sang.",
        "Then Martina slept.",
        "Then Marlina left.",
        "Old Bosrania fell.",
        "Old Bosnania won.",
    ]
    articles = [{"id": f"a{n}", "text": text} for n, text in enumerate(texts)]
    with index_articles(tmp_path, embedder, *articles) as generation:
        assert correct_spelling("Marvina met Bosiania", generation) == "Martina met Bosnania"


def test_a_short_name_that_is_often_there_is_corrected(tmp_path: Path, embedder: WordLlamaEmbedder) -> None:
    """What a short word is read as stands in twenty passages at least."""
    articles = [{"id": f"a{n}", "text": f"On day {n} the ferry to Brenn sailed."} for n in range(20)]
    with index_articles(tmp_path, embedder, *articles) as generation:
        assert correct_spelling("When did Bren close?", generation) == "When did Brenn close?"


class CountingKeywords(KeywordIndex):
    """A keyword index that counts how often it was asked for a word."""

    asked = 0

    def count_word(self, word: str) -> int:
        """The count of the real one."""
        self.asked += 1
        return super().count_word(word)


@pytest.mark.parametrize(
    ("question", "most"),
    [
        (" ".join(f"qx{chr(97 + n % 26)}{chr(97 + n // 26)}zz" for n in range(676)) + " " + "y" * 5000, 700),
        ("z" * 10_000, 1),
        ("qxjjv " + "q" * 59 + " vqx" * 2000, 2 + 53 * 70),
        ("Erdogn " * 1400, 1 + 53 * 7),
    ],
)
def test_long_questions_cost_little(
    names: Generation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str, most: int
) -> None:
    """However many words are unknown, each is looked up once, and only a few have their likes tried."""
    keywords = CountingKeywords(tmp_path / "keywords")
    keywords.update(add=[Passage(Article("a", "Erdogan spoke."), 0, 0, 14)])
    monkeypatch.setattr(names, "keywords", keywords)
    correct_spelling(question, names)
    assert 0 <= keywords.asked <= most


@given(
    st.lists(st.sampled_from("Erdoğan bridge bakers Kell flour nerve port ships Maeve Quist Hafen Ostern 24".split()))
)
def test_known_words_never_change(names: Generation, words: list[str]) -> None:
    """A question of words that articles have stays as it is."""
    question = " ".join(words)
    assert correct_spelling(question, names) == question


@given(st.text())
def test_any_text_is_read(names: Generation, text: str) -> None:
    """No text is an error, and one that was corrected is not corrected again."""
    once = correct_spelling(text, names)
    assert correct_spelling(once, names) == once
