"""The units of amounts: currencies by sign, code or word, percent and common measures, each under one code."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from config.patterns import compile_later

# A code for each unit, then the words for it, which may have a plural s. A word may stand for several units.
_WORDS = """
    %: % | percent | per cent | pct
    pp: percentage point
    usd: dollar | buck | usd
    eur: euro | eur
    gbp: pound | gbp | pound sterling
    try: lira
    chf: franc | chf
    jpy: yen | jpy
    rub: rouble | ruble | rub
    cny: yuan | renminbi | cny
    inr: rupee | inr
    uah: hryvnia | uah
    cent: cent
    lb: pound | lb
    kg: kilogram | kilogramme | kilo | kg
    g: gram | gramme
    t: tonne | ton | metric ton
    km2: square kilometre | square kilometer | sq km | km²
    mi2: square mile | sq mile
    m2: square metre | square meter | sq m | m²
    km: kilometre | kilometer | km
    m: metre | meter | m
    cm: centimetre | centimeter | cm
    mm: millimetre | millimeter | mm
    mi: mile | mi
    ft: foot | feet | ft
    in: inch | inche
    yd: yard
    ha: hectare
    ac: acre
    l: litre | liter
    gal: gallon
    bbl: barrel
    kmh: kilometres per hour | kilometers per hour | kilometres an hour | kilometers an hour | km/h | kph | kmh
    mph: miles per hour | miles an hour | mph
    kw: kilowatt | kw
    mw: megawatt | mw
    gw: gigawatt | gw
    kwh: kilowatt hour | kwh
    mwh: megawatt hour | mwh
    gwh: gigawatt hour | gwh
    c: degrees celsius | °c | celsius | °
    f: degrees fahrenheit | °f | fahrenheit | °
    c: degree
    f: degree
    am: am | a.m.
    pm: pm | p.m.
    s: second | sec
    min: minute | min
    h: hour | hr
    d: day
    w: week
    mo: month
    y: year
"""
_UNITS: dict[str, frozenset[str]] = {}
for _line in _WORDS.strip().splitlines():
    _code, _names = _line.strip().split(": ")
    for _name in _names.split(" | "):
        for _form in (_name, _name + "s"):
            _UNITS[_form] = _UNITS.get(_form, frozenset()) | {_code}
_CODES = "usd eur gbp try chf jpy rub cny inr uah".split()
_SIGNS = dict(zip("$ US$ € £ ₺ ¥ ₽ ₹ Rs ₴".split(), "usd usd eur gbp try jpy rub inr inr uah".split(), strict=True))
_SIGNS |= {"A$": "australian usd", "C$": "canadian usd", "HK$": "hong kong usd"} | {c.upper(): c for c in _CODES}
# Whose a currency is when nobody is named; with another's name it is another currency.
_HOME = dict(
    zip(_CODES, "american  british turkish swiss japanese russian chinese indian ukrainian".split(" "), strict=True)
)
_SAME_PLACE = {"us": "american", "u.s": "american", "uk": "british"}
_PLACES = r"[A-Z][\w.]*[\w.](?:\s[A-Z]\w+)?"
AFTER = compile_later(
    rf"[\s\u00a0-]{{0,2}}(?:(?-i:(?P<place>{_PLACES}))\s)?"
    rf"(?P<unit>{'|'.join(re.escape(form) for form in sorted(_UNITS, key=len, reverse=True))})(?P<old>[\s-]old)?(?!\w)",
    re.IGNORECASE,
)
BEFORE = compile_later(
    rf"(?<![^\W_])(?P<sign>{'|'.join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))})[\s\u00a0]?$"
)


def read_sign(match: re.Match[str]) -> str:
    """The code of a currency's sign that `BEFORE` found before a number."""
    return _SIGNS[match["sign"]]


def read_words(match: re.Match[str]) -> AbstractSet[str]:
    """The codes that the word for a unit may have which `AFTER` found behind a number."""
    place = (match["place"] or "").lower().rstrip(".")
    return {_name_unit(code, place) for code in _UNITS[match["unit"].lower()]}


def _name_unit(code: str, place: str) -> str:
    place = _SAME_PLACE.get(place, place)
    return code if not place or code not in _HOME or place == _HOME[code] else f"{place} {code}"
