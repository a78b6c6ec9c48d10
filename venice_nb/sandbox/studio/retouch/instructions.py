# ruff: noqa: E501, RUF001  patterns stay on one line; typographic quotes are looked for
"""An instruction for an edit read into steps: what to do, with which colour, hour, text or strength.

Rules are tried from the most particular to the most general; what one has read the next ones do not see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from venice_nb.sandbox.studio.paint.words import Brief, read
from venice_nb.sandbox.studio.tone.names import STYLES
from venice_nb.sandbox.studio.tone.palettes import NAMED, SAME, named

LONGEST = 2000  # characters that are read: more is no instruction, and patterns take their time
_COLOUR = "|".join(sorted((*NAMED, *SAME), key=len, reverse=True))
_SHADE = rf"(?:(?P<shade>light|pale|dark|deep|bright|vivid|neon|pastel)[ -])?(?P<tone>{_COLOUR})"
_A = r"(?:(?:a|an|the|some|its|my|this|that|all)\s+)*"
_QUOTED = r"[\"“”‘'](?P<text>[^\"“”]{1,120}?)[\"“”’'](?!\w)"
_MAKE = r"(?:make|turn|paint|colou?r|dye|tint|change|set|recolou?r|switch)"
_HOURS = {
    "night": r"(?:night(?:[- ]?time)?|midnight|starry|moonlit)",
    "sunset": r"(?:sun[- ]?set|golden[- ]hour|evening)",
    "dusk": r"(?:dusk|twilight|blue[- ]hour)",
    "dawn": r"(?:dawn|sun[- ]?rise|daybreak|morning)",
    "day": r"(?:day(?:[- ]?(?:time|light))?|noon|midday)",
}
_WEATHER = {
    "storm": r"(?:thunder)?storm(?:y|s)?|lightning",
    "rain": r"rain(?:y|ing|fall|drops)?|drizzle|downpour",
    "fog": r"fog(?:gy)?|mist(?:y)?|haz[ey]",
    "snow": r"snow(?:ing|fall|flakes)|blizzard|falling snow",
    "wind": r"wind(?:y)?",
    "overcast": r"overcast|gloomy",
    "cloudy": r"cloud(?:y|s)?",
    "clear": r"sunny|clear sky|clear weather|cloudless|sunshine",
}
_SEASONS = {
    "winter": r"winter(?:y)?|snow(?:y)?|snow[- ]covered|frozen|icy|christmas",
    "autumn": r"autumn(?:al)?|fall (?:colou?rs|leaves|foliage|season)|in (?:the )?fall|(?:a|the) fall",
    "spring": r"spring(?:time)?|blossoms?",
    "summer": r"summer(?:y|time)?",
}
_LOOKS = {
    "Line Art": r"(?:pencil |ink |charcoal )?(?:sketch|drawing)|line drawing|outlines?|coloring page",
    "Impressionist": r"oil painting|impressionism|van gogh|monet|brush ?strokes|painting|painterly",
    "Watercolor": r"watercolou?r|aquarelle",
    "Comic Book": r"cartoon(?:ish)?|comic|graphic novel",
    "Pop Art": r"pop[- ]?art|warhol|poster(?:i[sz]e|i[sz]ed)?",
    "Pixel Art": r"pixel[- ]?art|8[- ]?bit",
    "Lowpoly": r"low[- ]poly|polygons?",
    "Neon Punk": r"neon(?: glow| lights?)?|cyberpunk",
    "Stained Glass": r"stained[- ]glass",
    "Film Noir": r"film[- ]noir|noir",
    "Analog Film": r"analog(?:ue)?(?: film| photo)?|polaroid|film look|retro photo|faded photo",
    "Psychedelic": r"psychedelic|trippy",
    "Stacked Papercut": r"paper[- ]?cut|paper art",
    "Tilt-Shift": r"tilt[- ]?shift|miniature",
    "Silhouette": r"silhouettes?",
    "HDR": r"hdr",
    "Cinematic": r"cinematic|film still|movie",
    "Dreamscape": r"dreamy|dream[- ]?like|ethereal",
    "Anime": r"anime|manga|ghibli",
}
# Plain tone changes: kind, pattern, amount. "less" and its like are told by the pattern itself.
_LESS = r"(?:less|lower(?: the)?|reduced?(?: the)?|decreased?(?: the)?|softer|turn down(?: the)?|weaker)"
_MORE = r"(?:more|higher|raised?(?: the)?|increased?(?: the)?|boost(?: the)?|stronger|add|enhance(?: the)?|up(?: the)?|better)"
_TONES: tuple[tuple[str, str, float], ...] = (
    ("brightness", rf"{_LESS} (?:bright(?:ness)?|exposure|light)|dark(?:en|er)(?: it)?|dim(?:mer|med)?", -1),
    ("brightness", rf"{_MORE} (?:bright(?:ness)?|exposure|light(?:ing)?)|bright(?:en|er)|light(?:en|er)(?: up)?", 1),
    ("contrast", rf"{_LESS} contrast(?:y)?|flatter", -1),
    ("contrast", rf"{_MORE} contrast(?:y)?|contrasty|punch(?:y|ier)|high[- ]contrast", 1),
    ("saturation", rf"{_LESS} (?:saturat(?:ed|ion)|colou?r(?:ful|s)?|vivid|vibrant)|desaturated?|muted?|pastel|paler", -1),
    ("saturation", rf"{_MORE} (?:saturat(?:ed|ion)|colou?r(?:ful|s)?|vivid|vibran(?:t|ce|cy))|(?:over)?saturated?|vivid|vibrant|colou?rful|pop\b", 1),
    ("warmth", r"cool(?:er)?(?: (?:tones?|colou?rs?|light))?|colder|bluish", -1),
    ("warmth", r"warm(?:er|th)?(?: (?:tones?|colou?rs?|light))?", 1),
    ("grain", r"(?:film )?grain(?:y)?|noisy?", 1),
    ("vignette", r"vignette", 1),
    ("bloom", r"bloom|glow(?:ing|y)?|radiant", 1),
    ("sharp", r"sharp(?:en|er|ness)?|crisp(?:er)?|(?:more )?detail(?:s|ed)?|clearer", 1),
    ("soft", r"blur(?:ry|red|rier)?|(?:soft focus|out of focus|defocus)", 1),
    ("fade", r"faded?|washed[- ]out|vintage|retro|aged", 1),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One change: its kind, and what it needs. `amount` 1 is a clear change, negative the other way."""

    kind: str
    value: str = ""
    tone: tuple[float, float, float] | None = None
    other: tuple[float, float, float] | None = None
    amount: float = 1.0
    place: str = ""
    brief: Brief | None = None


def steps(prompt: str) -> tuple[Step, ...]:
    """The steps an instruction asks for, in its order; none if nothing in it is understood."""
    reader = _Reader(prompt)
    for rule in (
        _texts,
        _kept,
        _geometry,
        _backgrounds,
        _swaps,
        _skies,
        _plain,
        _parts,
        _styles,
        _times,
        _tones,
        _added,
    ):
        rule(reader)
    return tuple(step for _, step in sorted(reader.found, key=lambda pair: pair[0]))


class _Reader:
    """The prompt while it is read: what a rule takes is blanked, as the end of a clause, for those after it."""

    def __init__(self, prompt: str) -> None:
        self.text = " ".join(prompt[:LONGEST].split())
        self.found: list[tuple[int, Step]] = []
        low = self.text.lower()
        slight = re.search(
            r"\b(slight(?:ly)?|a (?:bit|little|touch)|subtl[ey]|gent(?:le|ly)|somewhat|mild)\b", low
        )
        much = re.search(
            r"\b(much|very|a lot|strong(?:ly)?|extreme(?:ly)?|heav(?:y|ily)|dramatic(?:ally)?|intense|thick)\b",
            low,
        )
        self.strength = 0.5 if slight else 1.7 if much else 1.0

    def take(self, pattern: str) -> re.Match[str] | None:
        """The first place that fits, blanked."""
        found = re.search(pattern, self.text, re.IGNORECASE)
        if found:
            self.text = self.text[: found.start()] + ";" * len(found[0]) + self.text[found.end() :]
        return found

    def drop(self, pattern: str) -> None:
        """Blanks every place that fits."""
        self.text = re.sub(pattern, lambda found: ";" * len(found[0]), self.text, flags=re.IGNORECASE)

    def add(self, at: int, step: Step) -> None:
        """Notes a step that stands at this place of the prompt."""
        self.found.append((at, step))


def _shade(found: re.Match[str]) -> tuple[float, float, float] | None:
    tone = named((found["tone"] or "").lower())
    shade = (found["shade"] or "").lower()
    if tone is None or not shade:
        return tone
    if shade in ("dark", "deep"):
        return tone[0] * 0.55, tone[1] * 0.55, tone[2] * 0.55
    share = 0.45 if shade in ("light", "pale", "pastel") else 0.12
    return tone[0] + (1 - tone[0]) * share, tone[1] + (1 - tone[1]) * share, tone[2] + (1 - tone[2]) * share


def _texts(reader: _Reader) -> None:
    """Words to write: in quotes, or after "text", "caption" or "saying"."""
    verbs = r"(?:add|put|write|overlay|insert|draw|place|print|include|with)\b[^\"“”‘']{0,60}?"
    places = r"(?P<place>top|bottom|upper|lower|middle|cent(?:er|re))?"
    for pattern in (
        rf"{verbs}{_QUOTED}(?:\s+(?:as (?:a )?(?:text|title|caption)\s*)?(?:in|at|on|across|to|along|near)?\s*(?:{_A})?{places}(?:\s+(?:left|right|corner|of the (?:image|picture|photo)))*)?(?:\s+in\s+{_SHADE}(?:\s+(?:letters|text|font))?)?",
        rf"(?:{_A}(?:text|caption|title|label|words?)|saying|that (?:says|reads)|reading)\s*:?\s*{_QUOTED}(?:\s+(?:in|at|on)\s+{_A}{places})?(?:\s+in\s+{_SHADE})?",
        rf"(?:add|put|write|overlay)\s+{_A}(?:text|caption|title|words?)\s*:?\s*(?P<text>[^\s,.;][^,.;]{{0,80}}?)(?:\s+(?:in|at|on)\s+{_A}{places})?(?:\s+in\s+{_SHADE})?(?=$|[,.;])",
    ):
        while found := reader.take(pattern):
            before = re.search(
                r"\b(top|bottom|upper|lower|middle|cent(?:er|re))\b",
                found[0].split(found["text"])[0],
                re.IGNORECASE,
            )
            place = (found["place"] or (before[1] if before else "")).lower()
            place = {"upper": "top", "lower": "bottom", "center": "middle", "centre": "middle"}.get(
                place, place
            )
            reader.add(
                found.start(),
                Step("text", found["text"].strip(), _shade(found) if found["tone"] else None, place=place),
            )


def _kept(reader: _Reader) -> None:
    """What is to stay is no instruction."""
    reader.drop(
        r"\b(?:keep(?:ing)?|do(?: not|n['’]t)|without (?:changing|touching)|leav(?:e|ing)|preserv(?:e|ing)|maintain(?:ing)?)\b[^,.;]*"
    )


def _geometry(reader: _Reader) -> None:
    while found := reader.take(
        r"\brotat(?:e|ed|ing)\b(?: (?:it|the (?:image|picture|photo)))?(?: by)?(?:\s*(?P<angle>-?\d+(?:\.\d+)?)\s*(?:°|degrees?|deg)?)?(?:\s*(?:to the )?(?P<way>counter[- ]?clockwise|anti[- ]?clockwise|clockwise|left|right))?"
    ):
        angle = float(found["angle"] or 90)
        turned = (found["way"] or "right").lower()
        reader.add(
            found.start(), Step("rotate", amount=angle if turned in ("right", "clockwise") else -angle)
        )
    if found := reader.take(r"\bupside[- ]down\b"):
        reader.add(found.start(), Step("rotate", amount=180))
    while found := reader.take(
        r"\b(?:flip(?:ped)?|mirror(?:ed)?)\b(?: (?:it|the (?:image|picture|photo)))?(?:\s*(?P<way>horizontal(?:ly)?|vertical(?:ly)?|left[- ]to[- ]right|top[- ]to[- ]bottom))?"
    ):
        upright = (found["way"] or "").lower().startswith(("vert", "top"))
        reader.add(found.start(), Step("flip", "vertical" if upright else "horizontal"))
    if found := reader.take(
        r"\bcrop(?:ped)?\b(?: (?:it|the (?:image|picture|photo)))?(?: (?:to|into|as))?(?: a)?(?:\s*(?P<ratio>\d+\s*[:x]\s*\d+|square|circle))?(?: (?:format|shape|ratio))?"
    ):
        reader.add(
            found.start(),
            Step("crop", (found["ratio"] or "square").replace(" ", "").replace("x", ":").lower()),
        )
    if found := reader.take(
        r"\bzoom(?:ed)?(?:[- ]?in)?\b(?: (?:on|to) (?:the )?(?:center|centre|subject|middle))?(?:\s*(?P<times>\d(?:\.\d+)?)\s*(?:x|times))?"
    ):
        reader.add(found.start(), Step("zoom", amount=float(found["times"] or 1.6)))
    if found := reader.take(
        rf"\b(?:add|put|with|draw)?\s*{_A}(?:thick |thin |simple )?(?:{_SHADE}\s+)?(?:frame|border|passe-?partout)\b"
    ):
        reader.add(found.start(), Step("frame", tone=_shade(found) if found["tone"] else None))


def _backgrounds(reader: _Reader) -> None:
    ground = rf"{_A}back(?:ground|drop)"
    if found := reader.take(
        rf"\b(?:blur(?:red|ry)?|defocus|soften)\s+{ground}|\b{ground}\s+(?:blur(?:red|ry)?|out of focus)|\bbokeh\b|\bshallow depth of field\b"
    ):
        reader.add(found.start(), Step("background", "blur"))
    if found := reader.take(
        rf"\b(?:remove|delete|erase|cut out|get rid of)\s+{ground}|\b(?:no|without)\s+{ground}"
    ):
        reader.add(found.start(), Step("background", "tone", tone=(1, 1, 1)))
    if found := reader.take(
        rf"\b(?:{_MAKE}|replace|swap|with|on|against)\s+{ground}\s*(?:colou?r)?\s*(?:to|with|into|by|for|of)?\s*{_A}(?:plain\s+|solid\s+)?{_SHADE}\b(?!\s+(?:sky|sea|ocean|forest|city|mountain|beach|field|desert|night))|\b(?:on|against|with)\s+{_A}(?:plain\s+|solid\s+)?(?P<shade2>light|pale|dark|deep)?\s*(?P<tone2>{_COLOUR})\s+back(?:ground|drop)"
    ):
        tone = _shade(found) if found["tone"] else named((found["tone2"] or "").lower())
        reader.add(found.start(), Step("background", "tone", tone=tone))
    scene = r"(?P<scene>[^,.;]{3,80})"
    if found := reader.take(
        rf"\b(?:{_MAKE}|replace|swap)\s+{ground}\s*(?:to|with|into|by|for|look like)?\s+{scene}|\b(?:put|place|move|set)\s+(?:it|him|her|them|the (?:\w+ )?\w+)\s+(?:in(?:to|side)?|on(?:to)?|at|in front of|against)\s+(?P<scene2>(?:a|an|the|some)\s+[^,.;]{{3,80}})"
    ):
        asked = found["scene"] or found["scene2"]
        brief = read(asked)
        if brief.places or brief.hour or brief.weather or (found["scene"] and brief.things):
            reader.add(found.start(), Step("background", "scene", brief=brief))


def _swaps(reader: _Reader) -> None:
    """One colour for another: "replace red with blue", "change the red parts to green"."""
    pattern = rf"\b(?:replace|change|turn|swap|recolou?r)\s+(?:all\s+)?(?:the\s+)?(?P<old>{_COLOUR})(?:\s+(?:parts?|areas?|tones?|colou?rs?|ones?|bits))?\s+(?:with|to|into|by|for)\s+{_A}{_SHADE}\b"
    while found := reader.take(pattern):
        reader.add(found.start(), Step("swap", tone=_shade(found), other=named(found["old"].lower())))


def _skies(reader: _Reader) -> None:
    sky = rf"{_A}sky"
    words = "|".join([*_HOURS.values(), *_WEATHER.values(), _SHADE, "stars?", "dramatic"])
    for pattern in (
        rf"\b(?:{_MAKE}|replace|swap|give)\s+{sky}\s*(?:colou?r\s*)?(?:to|with|into|by|look(?: like)?|be|for)?\s*{_A}(?P<what>{words})(?:\s+(?:sky|one|night))?",
        rf"\b(?:add|with|under|want|give (?:it|me)|put)\s+{_A}(?P<what>{words})\s+(?:night\s+)?sky\b",
        rf"\b(?P<what>{words})\s+sky\b",
    ):
        if found := reader.take(pattern):
            what = found["what"].lower()
            hour = next((name for name, way in _HOURS.items() if re.fullmatch(way, what)), "")
            weather = next((name for name, way in _WEATHER.items() if re.fullmatch(way, what)), "")
            if what.startswith("star"):
                hour = "night"
            if hour or weather or what == "dramatic":
                reader.add(found.start(), Step("sky", hour or weather or "sunset"))
            else:
                reader.add(found.start(), Step("sky", "day", tone=_shade(found)))
            return


def _parts(reader: _Reader) -> None:
    """A colour for one part, or for everything."""
    while found := reader.take(
        rf"\b{_MAKE}\s+(?:the\s+colou?r\s+of\s+)?(?P<what>{_A}[\w' -]{{1,40}}?)\s+(?:colou?r\s+)?(?:(?:to|into|in)\s+)?(?:be\s+|look\s+|more\s+|a\s+)?{_SHADE}(?:ish)?\b"
    ):
        what = re.sub(rf"^{_A}", "", found["what"].lower()).strip()
        reader.add(found.start(), Step("tint", what, tone=_shade(found)))
    while found := reader.take(
        rf"\b(?:(?:add|give (?:it|the \w+)|apply|with|use)\s+)?{_A}{_SHADE}\s+(?:tint|tone[sd]?|hue|filter|cast|colou?r(?: scheme| grading)?|wash|light(?:ing)?)\b"
    ):
        reader.add(found.start(), Step("tint", "image", tone=_shade(found)))


def _styles(reader: _Reader) -> None:
    for name in sorted(STYLES, key=len, reverse=True):
        if name in ("Texture", "Abstract", "Space", "Enhance", "Nautical", "Monochrome", "Architectural"):
            pattern = rf"\b{re.escape(name)} style\b|\bstyle of {re.escape(name)}\b"
        else:
            pattern = rf"(?<!\w){re.escape(name)}(?:\s+style)?(?!\w)"
        if found := reader.take(pattern):
            reader.add(found.start(), Step("style", name))
            return
    for name, words in _LOOKS.items():
        if found := reader.take(rf"\b(?:{words})(?:\s+style)?\b"):
            reader.add(found.start(), Step("style", name))
            return


def _times(reader: _Reader) -> None:
    for name, words in _WEATHER.items():
        if found := reader.take(rf"\b(?:{words})\b"):
            reader.add(found.start(), Step("weather", name, amount=reader.strength))
    for kind, table in (("season", _SEASONS), ("hour", _HOURS)):
        for name, words in table.items():
            if found := reader.take(rf"\b(?:{words})\b"):
                reader.add(found.start(), Step(kind, name))
                break


def _tones(reader: _Reader) -> None:
    for kind, pattern, sign in _TONES:
        if found := reader.take(rf"\b(?:{pattern})\b"):
            reader.add(found.start(), Step(kind, amount=sign * reader.strength))


def _plain(reader: _Reader) -> None:
    for kind, pattern in (
        ("grey", r"black[- ](?:and|&)[- ]white|b ?& ?w|gr[ae]y[- ]?scale|monochrome|colou?rless"),
        ("sepia", r"sepia|old(?:[- ]fashioned)? photo(?:graph)?"),
        ("negative", r"invert(?:ed)?(?: (?:the )?colou?rs)?|negative"),
        ("pixels", r"pixelat(?:e|ed|ion)|mosaic"),
    ):
        if found := reader.take(rf"\b(?:{pattern})\b"):
            reader.add(found.start(), Step(kind))


def _added(reader: _Reader) -> None:
    """Things to put into the picture: "add a red balloon", "add three birds"."""
    while found := reader.take(
        r"\b(?:add|put|place|insert|include|draw|paint)\s+(?P<what>[^,.;]{2,80}?)(?=$|[,.;]|\s+(?:and|then)\s+(?:make|turn|change|add|put|remove|replace))"
    ):
        brief = read(found["what"])
        if brief.things:
            reader.add(found.start(), Step("add", brief=brief, place=_where(found["what"])))


def _where(text: str) -> str:
    found = re.search(r"\b(left|right|top|bottom|center|centre|middle|sky|foreground)\b", text, re.IGNORECASE)
    return found[1].lower() if found else ""
