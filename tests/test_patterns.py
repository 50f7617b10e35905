"""Patterns that are compiled when they are first used."""

from __future__ import annotations

import re

import pytest

from config.patterns import compile_later


def test_a_pattern_is_compiled_at_its_first_use() -> None:
    """It finds what a pattern finds, each time; a mistake in it is told when it is used, not when it is written."""
    pattern = compile_later(r"\bport\b", re.IGNORECASE)
    assert [bool(pattern.search(text)) for text in ("The Port.", "A report.", "port")] == [True, False, True]
    assert (pattern.sub("dock", "port"), pattern.pattern, pattern.flags & re.IGNORECASE) == ("dock", r"\bport\b", 2)
    wrong = compile_later("(")
    with pytest.raises(re.error, match="missing"):
        wrong.search("")
