"""Verbs of the news by their past forms: "signed" is what happened, "sign" is what is asked."""

from __future__ import annotations

from functools import cache

# What is done to somebody or something, and is worth asking when, where and why.
DONE = tuple(
    """
    acquitted appointed approved arraigned arrested assassinated attacked banned born built buried canceled cancelled
    charged closed condemned convicted crowned deported detained diagnosed discovered elected evacuated executed
    extradited fined fired founded hospitalised hospitalized impeached imprisoned indicted injured inaugurated jailed
    kidnapped killed launched murdered nominated ousted overturned postponed recalled reelected reinstated rejected
    released removed rescued sacked sanctioned seized sentenced shot signed stabbed suspended traded wounded
    """.split()
)
# Verbs that need no object: "When did Liz Truss resign?"
INTRANSITIVE = frozenset(
    """
    apologise apologize arrive collapse concede crash debut die erupt escape explode fall flee marry quit reopen resign
    resume retire return sink surrender withdraw
    """.split()
)
_REGULAR = """
    abandon accept acquire adopt aid announce approve arrest assassinate attack attend award block cancel capture cause
    celebrate change claim close complete condemn confirm create cross cut damage declare defeat delay demolish deploy
    destroy dismiss donate double earn elect endorse enter evacuate expand file finish halt host impose increase indict
    invade invest join kill launch legalise legalize lift lower marry merge nominate open order overturn pardon pass
    pause pledge postpone propose publish purchase ratify recall receive recover reject release remove rename reopen
    replace rescue restore restrict reveal reverse sack seize sentence settle slash start strike submit surpass suspend
    test unveil upgrade veto visit welcome
    """.split()
_IRREGULAR = """
    bought/buy broke/break built/build began/begin became/become chose/choose fell/fall fled/flee found/find held/hold
    left/leave lost/lose met/meet paid/pay quit/quit sank/sink shut/shut sold/sell stole/steal struck/strike took/take
    won/win withdrew/withdraw overtook/overtake banned/ban dropped/drop topped/top admitted/admit
    """.split()


@cache
def plain_forms() -> dict[str, str]:
    """The plain form of each verb by its past form."""
    irregular = dict(pair.split("/") for pair in _IRREGULAR)
    regular = INTRANSITIVE.union(_REGULAR) - set(irregular.values())
    return {_past(verb): verb for verb in regular} | irregular


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    return f"{verb[:-1]}ied" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{verb}ed"
