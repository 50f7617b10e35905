"""The words by which a name is told from an everyday word, and one kind of name from another."""

from __future__ import annotations

from bot import name_words

COUNTRIES = frozenset(
    name.replace("_", " ")
    for name in """
    afghanistan albania algeria angola argentina armenia australia austria azerbaijan bahrain bangladesh belarus belgium
    bolivia bosnia brazil britain bulgaria cambodia cameroon canada chad chile china colombia congo croatia cuba cyprus
    czechia denmark ecuador egypt england eritrea estonia ethiopia finland france gabon georgia germany ghana greece
    greenland guatemala haiti honduras hungary iceland india indonesia iran iraq ireland israel italy jamaica japan
    jordan kazakhstan kenya kosovo kuwait kyrgyzstan laos latvia lebanon liberia libya lithuania luxembourg malaysia
    mali malta mexico moldova mongolia montenegro morocco mozambique myanmar namibia nepal netherlands new_zealand
    nicaragua niger nigeria north_korea north_macedonia norway oman pakistan palestine panama paraguay peru philippines
    poland portugal qatar romania russia rwanda saudi_arabia scotland senegal serbia singapore slovakia slovenia somalia
    south_africa south_korea spain sri_lanka sudan south_sudan sweden switzerland syria taiwan tajikistan tanzania
    thailand tunisia turkey türkiye turkmenistan uganda ukraine united_kingdom united_states uruguay uzbekistan
    venezuela vietnam wales yemen zambia zimbabwe eu uk us usa uae
    """.split()
)
GROUPS = name_words.BODIES | {"fc", "front", "kremlin", "movement", "parliament", "pentagon", "reserve"}
EVENTS = frozenset(
    """
    accident anniversary award awards attack attacks blackout campaign ceremony championship conference coup crash
    crisis cup deal earthquake election elections eruption explosion festival final fire fires flood floods games
    hurricane landing launch marathon match mission olympics pandemic primary prize protest protests race rally
    referendum riot riots scandal storm strike strikes summit talks tournament treaty trial typhoon verdict vote war
    """.split()
)
TITLES = frozenset(
    """
    administrator ambassador captain cardinal chancellor chief colonel congressman deputy dr emperor finance foreign
    general governor interior judge justice king lady lord mayor minister mr mrs ms pope president presidential prime
    prince princess professor queen secretary senator sheikh sir vice
    """.split()
)
ROLES = name_words.ROLES | {"chief", "head"}
ADJECTIVES = frozenset(
    "afghan african american arab asian czech dutch european french german greek iraqi israeli kurdish pakistani saudi"
    " swiss thai".split()
)
NO_NAMES = name_words.DAYS_AND_MONTHS | {"i", "am", "pm", "ok", "okay"}
# What may open a sentence with a capital and is no name.
OPENERS = name_words.OPENERS | frozenset("around could into near neither nobody tell them too us whom yes".split())
