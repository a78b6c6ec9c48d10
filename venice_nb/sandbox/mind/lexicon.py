# ruff: noqa: E501, SIM905  patterns and word lists stay on one line; word lists read better as text
"""Word lists for tone and topics; every word is stored as its stem."""

from __future__ import annotations

from .text import stem


def _weighted(*groups: tuple[float, str]) -> dict[str, float]:
    return {stem(word): weight for weight, listed in groups for word in listed.split()}


POSITIVE = _weighted(
    (2.0, """amazing awesome excellent fantastic superb outstanding perfect wonderful brilliant love loved loves incredible
     delicious flawless delighted stunning magnificent exceptional thrilled best terrific impeccable gorgeous phenomenal
     marvellous marvelous adore gem masterpiece breathtaking"""),
    (1.2, """good great nice happy pleased enjoy enjoyed enjoyable fun easy fast quick friendly helpful comfortable clean
     beautiful recommend recommended recommends impressive impressed reliable smooth solid sturdy satisfied charming cozy
     cosy tasty fresh kind polite generous smart efficient elegant fine pleasant pleasantly bright glad grateful thanks thank
     success successful improved improves improvement win winning works attentive accurate crisp durable intuitive
     responsive affordable value worth gentle favourite favorite cheerful exciting excited lovely warm welcoming sharp
     convenient patient well prompt promptly stylish positive sweet cool useful handy quiet refreshing bargain joy"""),
)  # fmt: skip
NEGATIVE = _weighted(
    (2.0, """terrible horrible awful worst disgusting hate hated hates useless garbage trash pathetic disaster dreadful
     atrocious furious unacceptable scam nightmare appalling abysmal inedible unusable worthless outrageous miserable
     rubbish ruined fraud vile ghastly"""),
    (1.2, """bad poor slow broken broke breaks break late delay delayed disappointed disappointing disappointment rude dirty cold
     expensive overpriced cheap flimsy noisy loud sad angry annoyed annoying fail failed fails failure problem problems issue
     issues bug bugs buggy crash crashed crashes wrong missing lost damaged defective difficult hard confusing boring bland
     stale weak uncomfortable unfriendly unhelpful unreliable refund complaint complain waste wasted sorry worse mediocre
     scratched stopped dead leaking leaks smelly stained cracked faulty frustrating frustrated tired regret avoid unfortunately
     lacks lacking dull ugly dangerous error errors unhappy upset painful pain ignored never stuck torn dishonest negative
     lousy messy clumsy sticky laggy underwhelming cramped drain drains dies died"""),
)  # fmt: skip
FLIPS = frozenset(
    "not no never without hardly barely neither nor cannot nothing isn't wasn't don't doesn't didn't".split()
)
STRONGER = frozenset(
    "very really extremely so absolutely totally super incredibly truly completely too quite".split()
)


def _stems(listed: str) -> tuple[str, ...]:
    return tuple(stem(w) for w in listed.split())


# Words that speak for a label that a request may offer.
HINTS: dict[str, tuple[str, ...]] = {
    name: _stems(listed)
    for names, listed in (
        (
            "sport sports",
            "match game goal team player league cup coach win score season football soccer tennis basketball race olympic tournament championship",
        ),
        (
            "business economy economics finance",
            "market stock share profit revenue bank company sale price inflation investor merger economy trade quarter earnings rate loan budget tax",
        ),
        (
            "politics world government",
            "election president minister parliament vote government senate law party policy war treaty diplomat campaign congress country",
        ),
        (
            "technology tech sci/tech it software",
            "software computer chip phone app internet ai algorithm startup robot data cloud code device laptop server model digital browser update",
        ),
        (
            "science",
            "research study scientist species physics chemistry biology telescope planet experiment gene cell fusion climate laboratory discovery",
        ),
        (
            "health medicine medical",
            "doctor patient hospital disease vaccine health drug symptom treatment medicine cancer virus diet therapy",
        ),
        (
            "entertainment culture arts",
            "film movie music actor album concert song festival theatre star show series museum painting novel",
        ),
        (
            "travel tourism",
            "hotel flight airport trip tourist beach travel city tour passport museum holiday destination",
        ),
        (
            "food cooking",
            "recipe dish cook restaurant eat flavour flavor sauce bake taste meal chef pasta ingredient",
        ),
        (
            "billing payment payments invoice",
            "invoice charge charged bill billing payment pay card refund subscription price fee money account twice overcharged receipt",
        ),
        (
            "technical bug technical_support technical-support",
            "error crash bug login password install update app website page load broken slow freeze server connect reset button screen",
        ),
        (
            "shipping delivery logistics",
            "delivery deliver shipping ship package parcel arrive late courier tracking order delay lost address warehouse",
        ),
        ("account", "account login password email profile username sign access locked"),
        ("refund returns return", "refund return money back exchange replacement"),
        ("sales", "buy purchase price quote discount offer demo plan upgrade"),
        ("complaint", "complaint unacceptable disappointed angry terrible broken late rude worst refund"),
        ("praise compliment", "great excellent love thank wonderful perfect amazing"),
        ("question inquiry enquiry", "how what when where why which can could would possible"),
        (
            "request feature feature_request",
            "please add feature would like wish support could option suggestion",
        ),
        (
            "spam junk",
            "win winner won prize free click offer lottery cash urgent claim congratulations guaranteed bonus viagra casino bitcoin subscribe limited",
        ),
        ("ham legitimate", "meeting tomorrow lunch report attached regards thanks call project schedule"),
        (
            "urgent high critical",
            "urgent immediately asap emergency now critical down outage deadline today blocked production",
        ),
        ("low", "whenever minor cosmetic typo eventually someday suggestion"),
        ("joy happy happiness", "happy joy love wonderful great delighted excited celebrate smile"),
        ("anger angry", "angry furious hate annoyed unacceptable rude outrage"),
        ("sadness sad", "sad cry lost miss grief lonely sorry unhappy tears"),
        ("fear", "afraid fear scared worry worried terrified anxious danger"),
        ("surprise", "surprise surprised unexpected suddenly wow shocked"),
        ("toxic offensive", "idiot stupid hate kill moron dumb shut loser"),
        ("python", "python def import pip pandas numpy"),
        ("animal animals", "dog cat bird fish horse animal lion cow pet zoo"),
        ("quality product", "quality material broke durable product sturdy flimsy works made"),
        ("service staff", "service staff waiter support rude friendly helpful agent manager"),
    )
    for name in names.split()
}
