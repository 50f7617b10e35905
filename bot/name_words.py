"""Words that tell names from other words and people from bodies, in questions and in articles alike."""

from __future__ import annotations

DAYS_AND_MONTHS = frozenset(
    """
    january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday
    """.split()
)
# What begins a sentence with a capital and begins no name.
OPENERS = frozenset(
    """
    a about after all also although among an and another any are as at because before both but by can did do
    does during each either even every for from had has have he her here his how if in is it its just many more
    most much my no not now of on once one only or other our several she should since so some such than that the
    their then there these they this those though to two under until up was we were what when where whether
    which while who whose why will with without would you your
    """.split()
)
# What somebody is called who is not named, or beside the name: by what they do.
ROLES = frozenset(
    """
    ambassador analyst captain chair chairman chairwoman coach director envoy expert founder governor judge
    lawyer leader manager mayor minister officer owner player premier president professor secretary spokesman
    spokesperson spokeswoman striker
    """.split()
)
# What the names of institutions, companies and other bodies are made of.
BODIES = frozenset(
    """
    agency airlines alliance army assembly association authority bank board bureau cabinet club commission
    committee company congress corporation council court department federation forces foundation fund group
    guard house inc institute league ltd ministry nations navy office organisation organization party police
    press senate service society team union university
    """.split()
)
