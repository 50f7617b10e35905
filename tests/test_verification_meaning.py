"""What a quote denies, who it says it from, and who does it: claims that turn these round."""

from __future__ import annotations

import pytest

from bot.verification.claims import find_wrong_speaker
from bot.verification.plans import find_put_off
from bot.verification.polarity import denies, find_opposite
from bot.verification.roles import find_swap

OPPOSITES: list[tuple[str, str, bool]] = [
    ("Engineers lost data.", "Engineers lost contact but never lost data.", True),
    ("Engineers never lost contact.", "Engineers lost contact but never lost data.", True),
    ("Engineers lost contact.", "Engineers lost contact but never lost data.", False),
    ("The line was not sold.", "The line was opened.", True),
    ("The army did not plan to leave.", "The army did not plan to leave.", False),
    ("Turkey withdrew.", "Turkey withdrew, not Russia.", False),
    ("the army withdrew", "the army did not withdraw", True),
    ("the army did not withdraw", "The army withdrew from Idlib", True),
    ("the army did not pull out", "the army did not withdraw", False),
    ("The army withdrew from Idlib.", "The army, which did not lose a man, withdrew from Idlib.", False),
    ("The army withdrew from Idlib.", "The army withdrew from Idlib but did not say why.", False),
    ("Soldiers were killed.", "No soldiers were killed.", True),
    ("No soldiers were killed", "Twelve soldiers were killed", True),
    ("Soldiers were killed.", "The ministry denied that soldiers were killed.", True),
    (
        "The ministry denied that soldiers were killed.",
        "The ministry denied that soldiers were killed in the attack.",
        False,
    ),
    ("Turkey will withdraw troops", "Turkey ruled out a withdrawal of troops", True),
    ("The army withdrew on Tuesday", "The army did not withdraw until Tuesday", False),
    ("Talks ended with a deal", "Talks ended without a deal", True),
    ("12 soldiers died in Idlib", "There was no ceasefire in Idlib, where 12 soldiers died", False),
    ("Kalin said they accepted the map", "Kalin said: “We did not accept the map.”", True),
    ("Kalin said they did not accept the map", "Kalin said: “We did not accept the map.”", False),
    ("Kalin said they rejected the map", "Kalin said: “We did not accept the map.”", False),
    ("Turkey accepted the plan", "Turkey rejected the plan", True),
    ("Turkey did not accept the plan", "Turkey rejected the plan", False),
    ("Shares rose 5 percent", "Shares fell 5 percent", True),
    ("The company failed to pay", "The company paid its debts", True),
    ("The company paid", "The company failed to pay its debts", True),
    ("Not only did Russia withdraw, it apologised", "Russia did withdraw and apologised", False),
    ("The army refused to leave", "The army left", True),
    (
        "The statement did not mention a demand",
        "The Russian statement did not mention a demand by Turkey that 900 forces pull back, but praised the talks.",
        False,
    ),
    ("The team won't play in Berlin", "The team will play in Berlin", True),
    ("Officials have yet to find the ship", "Officials found the ship", True),
    ("The government never paid the ransom", "The government paid the ransom", True),
]
SPEAKERS: list[tuple[str, list[str], bool]] = [
    ("12 soldiers died", ["The rebels said 12 soldiers died."], True),
    ("The rebels said 12 soldiers died", ["The rebels said 12 soldiers died."], False),
    ("12 soldiers died, according to the rebels", ["The rebels said 12 soldiers died."], False),
    ("12 soldiers died", ["12 soldiers died, the rebels said on Tuesday."], True),
    ("12 soldiers died", ["According to the rebels, 12 soldiers died in Idlib."], True),
    ("12 soldiers died", ["12 soldiers died, according to the rebels."], True),
    ("Kalin said that forces must withdraw", ["Celik said that forces must withdraw, and Kalin nodded."], True),
    ("Celik said that forces must withdraw", ["Celik said that forces must withdraw, and Kalin nodded."], False),
    (
        "Omer Celik said that Syrian forces must withdraw.",
        ["Omer Celik spoke on Tuesday.", "It was cold.", "He said that Syrian forces must withdraw."],
        False,
    ),
    (
        "Syrian forces must withdraw",
        ["Omer Celik, the spokesman of the AKP, said that Turkey had told Russia that Syrian forces must withdraw."],
        True,
    ),
    (
        "Omer Celik said Syrian forces must withdraw",
        ["Omer Celik, the spokesman of the AKP, said that Turkey had told Russia that Syrian forces must withdraw."],
        False,
    ),
    ("12 soldiers died in Idlib", ["12 soldiers died in Idlib on Tuesday."], False),
    (
        "Ibrahim Kalin said, “We did not accept the paper and the map presented to us.”",
        [
            "Presidential spokesman Ibrahim Kalin said that the talks had no result so far.",
            '"We did not accept the paper and the map presented to us," he said, adding that it was too late.',
        ],
        False,
    ),
    (
        "Celik said the paper and the map were not accepted",
        ['"We did not accept the paper and the map," Kalin said.'],
        True,
    ),
    (
        "Kalin said the paper and the map were not accepted",
        ['"We did not accept the paper and the map," said Ibrahim Kalin, the spokesman.'],
        False,
    ),
    ("The company will cut 500 jobs", ["The company said it would cut 500 jobs."], False),
    ("Kalin did not accept the map", ['"We did not accept the map," Kalin said.'], False),
    ("The minister resigned on Friday", ["The minister resigned on Friday, his office said."], True),
    (
        "The bank raised rates, while analysts said inflation would fall",
        ["The bank raised rates, while analysts said inflation would fall."],
        False,
    ),
    (
        "The bank raised its rates to 5 percent",
        ["The bank raised its rates to 5 percent, while analysts said inflation would fall."],
        False,
    ),
    ("Kalin says the ship sank", ["Reuters reported that the ship sank."], True),
    ("Turkey rejected the claims of Syria", ["Turkey rejected the claims of Syria."], False),
    ("The spokesman Kalin said that talks failed", ["Kalin said talks failed."], False),
]
SWAPS = [
    ("Ostrava attacked Kalmar.", "Kalmar attacked Ostrava.", True),
    ("Kalmar attacked Ostrava.", "Kalmar attacked Ostrava's post.", False),
    ("Ostrava was attacked by Kalmar.", "Kalmar attacked Ostrava.", False),
    ("Kalmar was attacked by Ostrava.", "Kalmar attacked Ostrava.", True),
    ("Ostrava met Kalmar.", "Kalmar met Ostrava.", False),
    ("Ostrava attacked Kalmar.", "Kalmar attacked Ostrava; then Ostrava attacked Kalmar.", False),
    ("Jan Holub, the premier of Ostrava, left.", "The Ostrava premier Jan Holub left.", False),
    ("Norland will deliver wheat to Sudria.", "Sudria will deliver wheat to Norland.", True),
]
PLANS = [
    ("The final was decided by penalties.", "For the third time the final will be decided by penalties.", True),
    ("The army withdrew from Idlib.", "The army will withdraw from Idlib on Monday.", True),
    ("The army withdrew from Idlib.", "The army agreed to withdraw from Idlib.", True),
    ("The army withdrew from Idlib.", "The army, which could withdraw, stays.", True),
    ("The army left.", "The army may agree to leave, its chief said.", True),
    ("The minister has resigned.", "The minister is expected to resign, and may leave in May.", True),
    ("The army withdrew from Idlib.", "The army withdrew from Idlib and will withdraw from Afrin.", False),
    ("The army would have withdrawn.", "The army would have withdrawn.", False),
    ("The army will withdraw from Idlib.", "The army will withdraw from Idlib on Monday.", False),
    ("The army leaves Idlib on Monday.", "The army will leave Idlib on Monday.", False),
    ("The army left on 5 May.", "The army left on 5 May.", False),
    ("The wounded soldiers waited.", "The ship will bring the wounded soldiers home, who waited.", False),
    ("Soldiers were wounded.", "The ship will bring wounded soldiers home, who will be paid, and will rest.", False),
    ("The army planned to withdraw.", "The army planned to withdraw.", False),
    ("The talks need time.", "The talks will need time.", False),
]


@pytest.mark.parametrize(("claim", "quote", "found"), PLANS)
def test_what_is_to_come_is_not_claimed_as_done(claim: str, quote: str, found: bool) -> None:
    """What a quote says will or may be is not told as if it had happened."""
    assert (find_put_off(claim, [quote]) != "") == found


@pytest.mark.parametrize(("claim", "quote", "found"), OPPOSITES)
def test_what_a_quote_denies_is_not_claimed(claim: str, quote: str, found: bool) -> None:
    """A claim that leaves out or adds a negation of what it says is found; negations of other things count nothing."""
    assert (find_opposite(claim, [quote]) != "") == found


@pytest.mark.parametrize(("claim", "quote", "found"), SPEAKERS)
def test_words_stay_with_who_said_them(claim: str, quote: list[str], found: bool) -> None:
    """What somebody said is not claimed as a fact, nor as said by somebody else."""
    assert (find_wrong_speaker(claim, quote) != "") == found


@pytest.mark.parametrize(("claim", "quote", "found"), SWAPS)
def test_who_does_what_to_whom(claim: str, quote: str, found: bool) -> None:
    """Two names that change places around a verb are found, also in the passive."""
    assert (find_swap(claim, [quote]) != "") == found


def test_a_negation_is_seen() -> None:
    """A text with a negation denies, one without does not."""
    assert denies("not the army")
    assert not denies("the army")
