"""How questions ask for a timeline, a summary or a profile, in several languages: a pattern for each wording."""

from __future__ import annotations

_QUESTION = (
    r"(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|did|do|does|has|have|had|will|would|can|could"
    r"|should)"
)
_GIVE = (
    r"(?:(?:give|show|tell|get|make|write|draw up|create|build|produce|provide|prepare|list|send)(?: (?:me|us))? )?"
    r"(?:(?:a|an|the) )?(?:(?:short|brief|quick|detailed|full|complete|concise|little) )*"
)
_OF = r"(?:of|on|about|for|over|in|regarding|concerning)"
_EVENTS = r"(?:(?:the )?(?:main |key )?(?:events|developments)(?: (?:of|in|on|around|surrounding|during))? )?"
_NEWS = r"(?:news|developments?|updates?|headlines|stories|events)"
_IS = r"(?: is| are|['’]s| was| were)"
_HAPPEN = r"(?:happen(?:ed|s|ing)?|going on|gone on|been (?:happening|going on)|occurred|taken place)"
_ABOUT = r"(?:tell (?:me|us) (?:more |something )?about|what do you know about) (?P<topic>.+)"
# Words that begin a time in the languages whose periods are not worked out.
_TIME = (
    r"(?:diese|letzte|vergangene|seit|heute|gestern|esta|desde|hoy|ayer|la semana|cette|depuis|hier|aujourd|bu|geçen"
    r"|bugün|dün|на|за|с|сегодня|вчера)\b.*?"
)

# A pattern has one space for any white space, and must fit all of a question. "latest" is put before the topic of a
# group `newest`; with a group `when` the topic must name a time; what is in `rest` goes behind the topic.
TIMELINES = (
    (
        rf"(?:what{_IS} )?{_GIVE}(?:timeline|time line|chronology|sequence of events)(?: of|:| to| on| in)? {_EVENTS}"
        r"(?P<topic>(?!for\b).+)"
    ),
    rf"{_GIVE}(?:timeline|time line|chronology|dated list)(?: {_OF}|:)? {_EVENTS}(?P<topic>.+)",
    rf"(?!{_QUESTION}\b)(?P<topic>(?:\S+ ){{0,7}}[^\s:]+?)(?:['’]s)?:? (?:timeline|time line|chronology)",
    r"how (?:did|has|have|had) (?P<topic>.+?) (?:unfold(?:ed)?|play(?:ed)? out)\b(?P<rest>.*)",
    rf"what(?: has| have|['’]s| is| was)? {_HAPPEN} (?!to\b)(?:(?:so far|there|here) )?(?P<when>)(?P<topic>.+)",
    r"what(?: is|['’]s) (?:happening|going on) (?P<newest>in|on|at|with|around) (?P<topic>.+)",
    (
        rf"(?:what(?: is| are|['’]s) |any |is there any |are there any |{_GIVE})(?:the )?"
        rf"(?:latest|newest|most recent|recent|new) (?P<newest>{_NEWS})"
        rf"(?P<topic>| (?:{_OF}|from|with|around|out of) .+)"
    ),
    rf"(?:what(?: is|['’]s) |{_GIVE})(?:the )?latest (?P<newest>(?:{_OF}|from|with)(?! an?\b)) (?P<topic>.+)",
    r"what(?: is|['’]s) (?:the latest|new)(?P<newest>)(?P<topic>| (?:today|this week|this month|now))",
    r"what(?: is|['’]s) new (?P<newest>with|in|on|about|from|at) (?P<topic>.+)",
    rf"(?:any|is there any|are there any) (?P<newest>{_NEWS} (?:{_OF}|from)) (?P<topic>.+)",
    r"what(?: is|['’]s) (?:the|in the) (?P<newest>news)(?P<topic>| .+)",
    (
        rf"(?:{_GIVE}update|(?:update|catch) (?:me|us)(?: up)?|bring (?:me|us) up to (?:date|speed)) "
        rf"(?P<newest>{_OF}|with) (?P<topic>.+)"
    ),
    rf"{_GIVE}(?P<topic>(?:news|headlines|top stories)(?:| (?:of|from|for|in|on|about|today|this|last|since)\b.*))",
    r"(?P<topic>(?:today|yesterday|this week|last week)(?:['’]?s)? (?:news|headlines|top stories)(?:| .*))",
    r"(?:(?:eine|die) )?(?:zeitleiste|zeitstrahl|chronologie)(?: (?:der|des|zu[mr]?|von|über)) (?P<topic>.+)",
    r"(?:(?:una|la) )?(?:cronolog[ií]a|línea de tiempo) (?:de la|de los|de las|del|de|sobre) (?P<topic>.+)",
    r"(?:(?:une|la) )?chronologie (?:de l['’]|d['’]|(?:de la|des|du|de) )(?P<topic>.+)",
    r"(?P<turkish>)(?P<topic>.+?) (?:zaman çizelgesi|zaman çizgisi|kronolojisi)",
    r"хронологи[яю](?: событий)?(?: в| на| о)? (?P<topic>.+)",
    rf"(?:was ist|qué (?:pasó|ha pasado)|que s['’]est-il passé) (?P<topic>{_TIME})(?: (?:passiert|geschehen))?",
    rf"что (?:произошло|случилось) (?P<topic>{_TIME})",
    rf"(?P<topic>{_TIME}) (?:ne oldu|neler oldu)",
)
SUMMARIES = (
    r"(?:summari[sz]e|sum up|recap)(?: for me)?:? (?P<topic>.+)",
    (
        rf"(?:what{_IS} )?{_GIVE}(?:summary|recap|overview|gist|outline|digest|run-?down|briefing|synopsis)"
        rf"(?: {_OF}|:) (?P<topic>.+)"
    ),
    r"(?:tl;?dr|tl; dr|in (?:short|brief|a nutshell))\b(?: of| on)?[:;,]? (?P<topic>.+)",
    r"(?P<topic>.+?)[:;,]? (?:tl;?dr|in a nutshell)",
    r"brief (?:me|us) (?:on|about) (?P<topic>.+)",
    rf"what{_IS} (?P<about>)(?P<topic>.+?)(?: all)? about",
    r"fass(?:e|en sie)? (?P<topic>.+?)(?: kurz| bitte)* zusammen",
    r"(?:(?:eine|die) )?(?:kurze )?zusammenfassung (?:der|des|zu[mr]?|von|über) (?P<topic>.+)",
    r"(?:un |el )?(?:resumen (?:de la|de los|de las|del|de|sobre)|res[uú]me(?:me)?|resumir) (?P<topic>.+)",
    r"(?:un |le )?(?:résumé (?:de la|des|du|de|sur)|résume[rz]?) (?P<topic>.+)",
    r"(?P<turkish>)(?P<topic>.+?) (?:özetle|özetler misin|özeti)",
    r"(?:кратко о|краткое содержание|обобщи|резюмируй) (?P<topic>.+)",
)
PROFILES = (
    rf"(?P<who>who|what){_IS}(?: exactly)? (?P<topic>.+)",
    rf"(?P<who>who|what) exactly{_IS} (?P<topic>.+)",
    r"(?:tell (?:me|us) |do you know )?(?P<who>who|what) (?P<topic>.+?) (?:is|are|was|were)",
    r"(?P<who>what) does (?P<topic>.+?) (?:stand for|mean)",
    _ABOUT,
)
# Of what is no name, a summary.
ABOUT = (_ABOUT,)
FOREIGN_PROFILES = (
    r"(?:wer (?:ist|war|sind)|(?P<who>was) (?:ist|sind)(?: die| der| das)?) (?P<topic>.+)",
    r"(?:qui[eé]n(?:es)?|(?P<who>qué)) (?:es|fue|era|son)(?: el| la| los| las)? (?P<topic>.+)",
    r"(?:qui (?:est|était|sont)|(?P<who>que?)['’]est-ce que(?: le| la| les)?) (?P<topic>.+)",
    r"(?P<turkish>)(?P<topic>.+?) (?:kimdir|(?P<who>nedir))",
    r"(?:кто (?:такой|такая|такие)|(?P<who>что) такое) (?P<topic>.+)",
)
