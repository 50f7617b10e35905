"""Lines that sites leave in the text of an article: comment forms, share and cookie lines, newsletter prompts.

A line goes only when it is boilerplate as a whole; a sentence of the article that contains such words stays.
"""

from __future__ import annotations

import re

from config.patterns import compile_later

_LINES = compile_later(
    r"""
      please\ enter\ (your|a\ valid)\ .{1,40}
    | you\ have\ entered\ an\ incorrect\ email\ address.?
    | (leave|post|write|add)\ a\ (reply|comment)s? | (cancel|log\ in\ to)\ (reply|leave\ a\ comment)
    | save\ my\ name,?\ email.{0,80}
    | your\ email\ address\ will\ not\ be\ published.{0,60}
    | \d*\ *comments? | (view|show|read|load)\ (all\ |more\ )?(\d+\ )?comments
    | (share|follow|like|join|find)\ (this|us|on|via|with|article|story|post)(\ .{0,50})?
    | (click\ to\ )?(share|tweet|email|print|copy\ link|whatsapp|facebook|twitter|linkedin|telegram|pinterest|reddit)
    | (share|post|tweet|send|follow)\ (it\ |this\ )?(on|via|to|by)
      \ (facebook|twitter|x|whatsapp|linkedin|telegram|reddit|e-?mail)
    | (facebook|twitter|whatsapp|linkedin|telegram|pinterest|reddit|e-?mail|instagram|youtube)
      ([\s|,·•/]+
      (facebook|twitter|x|whatsapp|linkedin|telegram|pinterest|reddit|e-?mail|instagram|youtube))*
    | (we|this\ (web)?site|our\ (web)?site)\ (and\ our\ partners\ )?uses?\ cookies.{0,200}
    | by\ (continuing|using|browsing).{0,60}(cookies|privacy\ policy|terms).{0,80}
    | (accept|reject|manage|allow)\ (all\ )?(cookies|preferences)(\ .{0,40})?
    | cookie\ (policy|settings|preferences|notice)
    | (sign|log)\ (up|in)\ (for|to)\ (our|the|your)\ .{0,80}(newsletter|inbox|account|briefing|updates).{0,40}
    | (sign\ up|subscribe)(\ (now|here|today))? | subscribe\ to\ (our|the)\ .{0,60}
    | (get|receive)\ .{0,60}\ (in|to)\ your\ inbox.{0,40}
    | advertisement | advert | sponsored(\ content)? | story\ continues\ below.{0,30} | skip\ to\ (main\ )?content
    | (read|see)\ (more|also|next)(:.{0,150})?
    | (related|recommended|trending|most\ (read|popular))(\ (articles?|stories|news|topics))?
    | (all\ rights\ reserved|(copyright\ )?(©|\(c\))\ .{0,100})\.?
    | (loading|please\ wait)(…|\.\.\.)?
    """,
    re.IGNORECASE | re.VERBOSE,
)


def drop_boilerplate(lines: list[str]) -> list[str]:
    """The lines without those that are nothing but boilerplate; order and wording of the rest unchanged."""
    return [line for line in lines if not is_boilerplate(line)]


def is_boilerplate(line: str) -> bool:
    """Whether a whole line is boilerplate."""
    return _LINES.fullmatch(line.strip().strip("!.:*|•»→ ")) is not None
