"""Statements against a passage of 20 February 2020, a Thursday: those that it carries, and those that never leave."""

from __future__ import annotations

import pytest

from bot.answers import Statement
from bot.verification.statements import check_statement
from tests.fakes import make_hits, make_passages

# Each passage, the true things that one may say of it in other words, and false ones that look like them.
SCENES: list[tuple[str, list[str], list[str]]] = [
    (
        "The harbour authority said on Tuesday that the new quay at Mersa had cost $3 million, twice the estimate.",
        [
            "The harbour authority said that the quay at Mersa cost 3 million dollars.",
            "The new quay at Mersa cost US$3m, according to the harbour authority.",
            "On 18 February 2020 the harbour authority said that the new quay had cost $3,000,000.",
        ],
        [
            "The harbour authority said that the quay at Mersa cost 3 million euros.",
            "The new quay at Mersa cost $3 million.",
            "The harbour authority said on Monday that the new quay at Mersa had cost $3 million.",
            "The harbour authority said that the quay at Mersa cost $3 billion.",
        ],
    ),
    (
        "Twelve soldiers and 30 civilians died when a bridge collapsed near Qorum. The army did not leave the town.",
        [
            "A bridge collapsed near Qorum, and 12 soldiers died.",
            "Near Qorum 30 civilians died when a bridge collapsed.",
            "The army did not leave the town.",
            "The army didn't pull out of the town.",
        ],
        [
            "A bridge collapsed near Qorum, and 30 soldiers died.",
            "When a bridge collapsed near Qorum, twelve civilians died.",
            "The army left the town.",
            "No soldiers died when a bridge collapsed near Qorum.",
        ],
    ),
    (
        "The rebels said 12 soldiers died in the ambush. The government put the number of dead soldiers at four.",
        [
            "The rebels said that 12 soldiers had died in the ambush.",
            "According to the rebels, twelve soldiers died in the ambush.",
            "The government put the number of dead soldiers at 4.",
        ],
        [
            "12 soldiers died in the ambush.",
            "The government said that 12 soldiers died in the ambush.",
            "The rebels said that four soldiers died in the ambush.",
            "The rebels said no soldiers died in the ambush.",
        ],
    ),
    (
        "Central bank governor Lena Moritz raised the key rate to 4.5 percent on Wednesday, the highest since 2011.",
        [
            "Lena Moritz, the governor of the central bank, raised the key rate to 4.5 % on Wednesday.",
            "The central bank raised its key rate to 4.5 percent, the highest since 2011.",
            "On 19 February the key rate was raised to 4.5 percent.",
        ],
        [
            "Lena Moritz lowered the key rate to 4.5 percent on Wednesday.",
            "The central bank raised its key rate by 4.5.",
            "On 20 February the key rate was raised to 4.5 percent.",
            "The central bank raised its key rate to 4.5 percent, the highest since 2001.",
        ],
    ),
    (
        "Parliament approved the budget on 18 February, and the new law on rents takes effect on 5 March.",
        [
            "Parliament approved the budget on Tuesday.",
            "The budget was approved by parliament on Feb. 18.",
            "The new law on rents takes effect on March 5, 2020.",
            "The law on rents takes effect in March.",
        ],
        [
            "Parliament approved the budget on 18 March.",
            "The new law on rents takes effect on 5 February.",
            "Parliament rejected the budget on 18 February.",
            "Parliament approved the budget on 18 February 2019.",
        ],
    ),
    (
        "Anna Keller said the ferry was safe. Joris Brand, her deputy, said that two engines had failed last month.",
        [
            "Anna Keller said that the ferry was safe.",
            "Joris Brand said two engines had failed last month.",
            "Two engines failed in January, said Joris Brand.",
        ],
        [
            "Joris Brand said that the ferry was safe.",
            "Anna Keller said that two engines had failed last month.",
            "Two engines of the ferry failed last month.",
            "Two engines failed in December, said Joris Brand.",
        ],
    ),
    (
        "The ministry denied that its agents had entered the embassy, and ruled out a recall of the ambassador.",
        [
            "The ministry denied that its agents entered the embassy.",
            "The ministry ruled out a recall of the ambassador.",
            "The ministry rejected reports that its agents had entered the embassy.",
        ],
        [
            "Its agents had entered the embassy.",
            "The ministry said that its agents had entered the embassy.",
            "The ministry recalled the ambassador.",
        ],
    ),
    (
        "A storm cut power to 45,000 homes in Tarvik; some 200 kilometres of line must be replaced within three weeks.",
        [
            "A storm cut power to 45 thousand homes in Tarvik.",
            "About 200 km of line must be replaced.",
            "In Tarvik 45,000 homes lost power in a storm.",
        ],
        [
            "A storm cut power to 54,000 homes in Tarvik.",
            "About 200 miles of line must be replaced.",
            "The lines must be replaced within three months.",
            "A storm cut power to 200 homes in Tarvik.",
        ],
    ),
    (
        'Coach Pia Lund said: "We will not sell our captain." The club lost 2-1 in Osk on Saturday and is now ninth.',
        [
            'Pia Lund said, "We will not sell our captain."',
            "The club lost 2-1 in Osk on Saturday.",
            "Coach Pia Lund said they would not sell their captain.",
        ],
        [
            'Pia Lund said, "We will sell our captain."',
            "The club won 2-1 in Osk on Saturday.",
            "Pia Lund said they would sell their captain.",
            "The club lost 2-1 in Osk on Sunday.",
        ],
    ),
    (
        "Researchers found the mineral in 12 of 40 samples, but they failed to reproduce the result at 300 degrees.",
        [
            "Researchers found the mineral in twelve of 40 samples.",
            "The researchers failed to reproduce the result at 300 degrees.",
            "They did not reproduce the result at 300 °C.",
        ],
        [
            "Researchers found the mineral in 12 percent of the samples.",
            "The researchers reproduced the result at 300 degrees.",
            "Researchers did not find the mineral in 12 of 40 samples.",
        ],
    ),
    (
        "Under the deal Norland will deliver 80,000 tonnes of wheat to Sudria by 30 June for 24 million francs.",
        [
            "Norland will deliver 80,000 tonnes of wheat to Sudria for CHF 24 million.",
            "By June 30 Norland will deliver the wheat to Sudria.",
            "Under the deal, 80 thousand tons of wheat will be delivered to Sudria.",
        ],
        [
            "Sudria will deliver 80,000 tonnes of wheat to Norland by 30 June.",
            "Norland will deliver 80,000 barrels to Sudria by 30 June.",
            "Norland will deliver 24 million tonnes of wheat to Sudria.",
            "By 30 July Norland will deliver the wheat to Sudria.",
        ],
    ),
    (
        "Police arrested a 34-year-old man in Velden yesterday. Nobody was hurt, and the museum reopened at 2pm.",
        [
            "A man of 34 was arrested in Velden.",
            "Police arrested a 34-year-old man in Velden on 19 February.",
            "Nobody was hurt, and the museum opened again at 2 p.m.",
        ],
        [
            "Police arrested a 43-year-old man in Velden.",
            "Police arrested a 34-year-old man in Velden today.",
            "Police released a 34-year-old man in Velden yesterday.",
            "The museum reopened at 2 a.m., and nobody was hurt.",
        ],
    ),
    (
        "Shares in Orvex rose 7% after it reported a profit of €1.2bn; those of its rival Talmo fell 3%.",
        [
            "Orvex shares rose 7 percent.",
            "Orvex reported a profit of 1.2 billion euros.",
            "Shares of Talmo, its rival, fell 3 per cent.",
        ],
        [
            "Orvex shares fell 7 percent.",
            "Orvex reported a profit of $1.2 billion.",
            "Orvex shares rose 3 percent.",
            "Orvex reported a loss of €1.2bn.",
        ],
    ),
    (
        "The court has yet to rule on the appeal. Its president, Mara Ruiz, will read the verdict next Monday.",
        [
            "The court has yet to rule on the appeal.",
            "The court has not ruled on the appeal.",
            "Mara Ruiz will read the verdict on 24 February.",
        ],
        [
            "The court ruled on the appeal.",
            "Mara Ruiz will read the verdict on 17 February.",
            "Mara Ruiz will read the verdict next Tuesday.",
        ],
    ),
    (
        "The statement did not mention a demand by Dorland that forces leave Iskar, but it praised the talks.",
        [
            "The statement did not mention a demand by Dorland that forces leave Iskar.",
            "The statement praised the talks.",
        ],
        [
            "Dorland demanded that forces leave Iskar.",
            "The statement mentioned a demand by Dorland that forces leave Iskar.",
            "The statement did not praise the talks.",
        ],
    ),
    (
        "Heavy rain killed at least nine people in the south, officials said. Rescuers have not found a missing child.",
        [
            "At least 9 people were killed by heavy rain in the south, officials said.",
            "Officials said heavy rain killed nine people in the south.",
            "A missing child has not been found by rescuers.",
        ],
        [
            "Heavy rain killed nine people in the south.",
            "Heavy rain killed nineteen people in the south, officials said.",
            "Rescuers found a missing child.",
            "Heavy rain killed at least nine people in the north, doctors said.",
        ],
    ),
    (
        "Ilya Novak, who was not at the trial, apologised to the families in a letter of 2 January 2020.",
        [
            "Ilya Novak apologised to the families in a letter.",
            "Ilya Novak was not at the trial.",
            "In a letter of 02.01.2020 Ilya Novak apologised to the families.",
        ],
        [
            "Ilya Novak did not apologise to the families.",
            "Ilya Novak was at the trial.",
            "In a letter of 20 January 2020 Ilya Novak apologised to the families.",
        ],
    ),
    (
        "The strike ended after 11 days without an agreement. Drivers refused to accept a rise of 40 euros a month.",
        [
            "After eleven days the strike ended without an agreement.",
            "Drivers refused a rise of €40 a month.",
            "The drivers did not accept a rise of 40 euros.",
        ],
        [
            "The strike ended after 11 days with an agreement.",
            "The strike ended after 11 weeks without an agreement.",
            "Drivers accepted a rise of 40 euros a month.",
            "Drivers refused to accept a rise of 40 dollars a month.",
        ],
    ),
    (
        "No passengers were hurt when the train left the rails at Belmonte, though the driver broke an arm.",
        [
            "No passengers were hurt when the train left the rails at Belmonte.",
            "The driver broke an arm when the train left the rails.",
            "The train left the rails at Belmonte.",
        ],
        [
            "Passengers were hurt when the train left the rails at Belmonte.",
            "The driver did not break an arm when the train left the rails.",
            "Twelve passengers were hurt when the train left the rails at Belmonte.",
        ],
    ),
    (
        '"The vaccine works," said Dr Ines Prado of the Tamar Institute. The institute tested it on 1,500 adults.',
        [
            "Dr Ines Prado of the Tamar Institute said that the vaccine works.",
            "The vaccine was tested on 1500 adults by the institute.",
            '"The vaccine works," Ines Prado said.',
        ],
        [
            "The vaccine works.",
            "The vaccine does not work, said Dr Ines Prado.",
            "The institute tested it on 15,000 adults.",
        ],
    ),
    (
        "Kestrel Air will cut 1,100 jobs and close its base in Porto Lima, the firm announced on Friday, 14 February.",
        [
            "Kestrel Air will close its base in Porto Lima and cut 1,100 jobs.",
            "On Friday Kestrel Air announced that it would cut 1100 jobs.",
            "Kestrel Air announced on 14 February that it will cut 1,100 jobs.",
        ],
        [
            "Kestrel Air will open a base in Porto Lima and cut 1,100 jobs.",
            "Kestrel Air closed its base in Porto Lima.",
            "Kestrel Air will cut 11,000 jobs and close its base in Porto Lima.",
            "Kestrel Air will not close its base in Porto Lima.",
        ],
    ),
    (
        "Kalmar attacked Ostrava's customs post at dawn; Ostrava answered with artillery, and Jan Holub resigned.",
        [
            "Kalmar attacked a customs post of Ostrava at dawn.",
            "In Ostrava, Jan Holub resigned.",
            "Ostrava answered with artillery.",
        ],
        [
            "Ostrava attacked Kalmar at dawn.",
            "Jan Holub refused to resign.",
            "Ostrava did not answer with artillery.",
        ],
    ),
    (
        "A fire at the Solvena refinery injured seven workers on Sunday, and the plant will stay closed until 1 April.",
        [
            "Seven workers were injured by a fire at the Solvena refinery.",
            "The plant will remain closed until April 1.",
            "On 16 February a fire at the refinery hurt 7 workers.",
        ],
        [
            "Seven workers were killed by a fire at the Solvena refinery.",
            "The plant will stay open until 1 April.",
            "The fire at the Solvena refinery injured seven workers on 15 February.",
        ],
    ),
    (
        "Mayor Tove Lind told the council that the tram line would not be extended before 2023, lacking 18 million.",
        [
            "Mayor Tove Lind told the council that the tram line would not be extended before 2023.",
            "According to the mayor, Tove Lind, the tram line lacks 18 million.",
        ],
        [
            "The tram line will not be extended before 2023.",
            "Tove Lind told the council that the tram line would be extended in 2023.",
            "The council told Tove Lind that the tram line lacks 18 million.",
        ],
    ),
    (
        "The probe left orbit at 06:40 and travelled 1.4 million miles; engineers lost contact but never lost data.",
        [
            "The probe travelled 1.4m miles.",
            "Engineers lost contact with the probe.",
            "The engineers never lost data.",
        ],
        [
            "The probe travelled 1.4 million kilometres.",
            "The engineers lost data.",
            "Engineers never lost contact with the probe.",
        ],
    ),
    (
        "Unemployment fell to 6.1 percent in January from 6.4 percent in December, the statistics office reported.",
        [
            "Unemployment fell to 6.1 percent in January, the statistics office reported.",
            "In December unemployment was 6.4 percent, the statistics office said.",
        ],
        [
            "Unemployment rose to 6.4 percent in January, the statistics office reported.",
            "Unemployment fell to 6.4 percent in January, the statistics office reported.",
            "Unemployment fell by 6.1 percent points in March, the statistics office reported.",
        ],
    ),
    (
        "Actor Rui Campos, 54, will play the king, replacing Leo Hart, who left the film after a quarrel over pay.",
        [
            "Rui Campos replaces Leo Hart, who left after a quarrel over pay.",
            "Leo Hart left the film after a quarrel about his pay.",
            "The 54-year-old actor Rui Campos will play the king.",
        ],
        ["Leo Hart will replace Rui Campos, who left the film.", "Rui Campos, 45, will play the king."],
    ),
    (
        "Both sides agreed to a ceasefire from midnight, Turkish envoys said, but shelling continued in Saraq.",
        [
            "Turkish envoys said that both sides had agreed to a ceasefire from midnight.",
            "Shelling continued in Saraq.",
        ],
        [
            "Both sides agreed to a ceasefire from midnight.",
            "Shelling stopped in Saraq.",
            "Both sides did not agree to a ceasefire, envoys said.",
        ],
    ),
    (
        'The state says it delivered 2 million masks. Clinics deny receiving any. "We got nothing," said Ada Okoro.',
        [
            "The state says that it delivered two million masks.",
            "Clinics deny that they received any masks.",
            'Ada Okoro said: "We got nothing."',
        ],
        [
            "Clinics received 2 million masks.",
            "The state did not deliver 2 million masks.",
            "Clinics say they have delivered 2 million masks.",
            'The state said: "We got nothing."',
        ],
    ),
    (
        "Scientists warned last year that the dam could fail. The operator, Hydrel, dismissed the report as wrong.",
        [
            "Scientists warned in 2019 that the dam could fail.",
            "Hydrel, which runs the dam, dismissed the report as wrong.",
            "The operator dismissed the report.",
        ],
        [
            "The dam could fail.",
            "Hydrel warned last year that the dam could fail.",
            "Hydrel accepted the report.",
            "Scientists warned last month that the dam could fail.",
        ],
    ),
    (
        "Which chain is accused of switching off the cooling in its shops?\n\nA. Norvik\n\nB. Tellan & Sons\n\n"
        "Has the mayor of Ostmark resigned? “Will Ostmark sell the shops?” The first shops closed in May.",
        ["The first shops closed in May."],
        [
            "Norvik",
            "It was Norvik.",
            "They were 12.",
            "The chain that is accused of switching off the cooling in its shops is Norvik.",
            "Tellan & Sons is accused of switching off the cooling in its shops.",
            "The mayor of Ostmark has resigned.",
            "Ostmark will sell the shops.",
        ],
    ),
]
TRUE = [(passage, text) for passage, true, _ in SCENES for text in true]
FALSE = [(passage, text) for passage, _, false in SCENES for text in false]


def check(passage: str, text: str) -> tuple[str, bool]:
    """What leaves for a statement that names a passage, and whether it was repaired."""
    passages = make_passages(passage, published="2020-02-20")
    checked = check_statement(
        Statement(text, passages=tuple(passages)), make_hits(passages), {"a1": passages[0].article}.get
    )
    return (checked.statement.text if checked.statement else "", checked.repaired)


def test_there_are_enough_pairs() -> None:
    """At least sixty of each kind: a rate of them means something."""
    assert len(TRUE) >= 60
    assert len(FALSE) >= 60


# True, but with no more of the passage's words than false ones have: these leave as the passage has it, or not at all.
FREE = {
    "The army didn't pull out of the town.",
    "The ministry rejected reports that its agents had entered the embassy.",
    "The plant will remain closed until April 1.",
    "Clinics deny that they received any masks.",
}


@pytest.mark.parametrize(("passage", "text"), TRUE)
def test_what_a_passage_says_in_other_words_stays(passage: str, text: str) -> None:
    """A true paraphrase leaves as it was written, unless it is very free."""
    left, repaired = check(passage, text)
    if text in FREE:
        assert left != text
        assert repaired == bool(left)
        assert left in passage
    else:
        assert (left, repaired) == (text, False)


@pytest.mark.parametrize(("passage", "text"), FALSE)
def test_what_a_passage_does_not_say_never_leaves(passage: str, text: str) -> None:
    """In the place of a false statement stands what the passage says, word for word, or nothing."""
    left, repaired = check(passage, text)
    assert (left in passage, repaired) == (True, left != "")
    assert left != text
