"""Realistic editions, of our own making, for snapshots, galleries and screenshots."""

# ruff: noqa: E501 - a sentence for readers stays on its line

from datetime import date
from typing import Any

from newsletter.compose.blocks import BLOCKS
from newsletter.compose.blocks.congress import AFTER, FOR_BOTH
from newsletter.values import BlockContent, EditionContent, EditionKind
from subscribers.values import Audience

BASE = "https://nieuwsbrief.example.org"
SCHOOL, INSTITUTE = Audience.SCHOOL, Audience.TEACHER_EDUCATION
DAY = date(2027, 4, 22)


def block(
    number: int, kind: str, audience: Audience | None = None, /, **fields: Any
) -> BlockContent:
    return BlockContent(number, kind, audience, {**BLOCKS[kind].blank, **fields})


def newsletter(**changes: Any) -> EditionContent:
    values: dict[str, Any] = {
        "id": 14,
        "kind": EditionKind.NEWSLETTER,
        "number": 14,
        "title": "Editie 14",
        "subject": "Samen in één huis? En vier data voor je agenda",
        "preheader": "Verslag van de themasessie, vier bijeenkomsten in mei en juni en een voorbeeld uit de praktijk.",
        "dated_on": DAY,
        "blocks": newsletter_blocks(),
    }
    return EditionContent(**{**values, **changes})


def newsletter_blocks() -> tuple[BlockContent, ...]:
    return (
        block(
            1,
            "intro",
            text="Samen opleiden gaat vaak over uren, geld en plaatsen. In deze editie gaat het over het doel: "
            "wat leert de **student**, en wat leert de school ervan?\n\n"
            "Je vindt bijeenkomsten, een voorbeeld dat je morgen kunt proberen en "
            "[een verslag](https://nieuwsbrief.example.org/archief).",
        ),
        block(
            2,
            "article",
            lead=True,
            label="Verslag",
            title="Twee onder één kap, of samen in één huis?",
            teaser="Hoe ver ga je samen? Bestuurders, directeuren en programmamanagers legden in een themasessie "
            "twee toekomstbeelden naast elkaar. In het eerste werken school en lerarenopleiding als goede buren.\n\n"
            "In het tweede beeld leert iedereen: de student, de ervaren leraar, de school en het instituut. "
            "Dat vraagt meer ruimte voor ontmoeting.",
            url="https://nieuwsbrief.example.org/verslagen/samen-sterker",
            link_text="Lees het verslag van de sessie",
            image=f"{BASE}/static/mail/twee-huizen.png",
            image_alt="Links twee huizen onder een dak, met een deur ertussen. Rechts een groot huis waar vijf "
            "mensen samen aan tafel zitten.",
            caption="Links werk je naast elkaar, met een deur ertussen. Rechts werk je in één huis.",
        ),
        block(
            3,
            "article",
            SCHOOL,
            title="Wat moet een werkplekbegeleider kunnen?",
            teaser="Scholen vragen om één landelijk profiel, zodat een begeleider in Breda hetzelfde doet als in "
            "Amsterdam. Een werkgroep van schoolopleiders begint met een eerste versie.",
            url="https://nieuws.example.org/profiel-werkplekbegeleider",
            source="Voorbeeldraad",
            published_on="2027-04-15",
        ),
        block(
            4,
            "article",
            INSTITUTE,
            title="Wat noemen we onderzoek, en wie stelt de vraag?",
            teaser="Scholen en lerarenopleidingen bedoelen niet altijd hetzelfde met onderzoek.",
            url="https://onderzoek.example.org/onderzoeksagenda",
            source="Onderzoeksplatform",
            published_on="2027-04-13",
        ),
        block(
            5,
            "article",
            title="Liever vinden wat er al is dan iets nieuws maken",
            teaser="Opleidingsscholen hebben zelf al veel instrumenten gemaakt. De wens is vooral: laat zien wat er "
            "ligt en wie het gebruikt.",
            url="https://nieuws.example.org/vinden-wat-er-is",
            source="Voorbeeldraad",
            published_on="2027-04-12",
        ),
        event(
            6,
            "Zo bereid je de toetsing door de NVAO voor",
            "05-12T13:30",
            "05-12T16:30",
            SCHOOL,
            type="Themabijeenkomst",
            location="Breda",
        ),
        event(
            7,
            "Theorie en praktijk in één opleidingsplan",
            "05-20T15:00",
            "05-20T17:00",
            type="Regiobijeenkomst",
            location="Nijmegen",
        ),
        event(
            8,
            "Kijken bij een academische opleidingsschool",
            "05-25T09:30",
            "05-25T12:30",
            SCHOOL,
            type="Werkbezoek",
            location="Amsterdam",
            note="Nog zes plaatsen",
        ),
        event(
            9,
            "Samen onderzoek doen in de school",
            "05-27T13:00",
            "05-27T16:30",
            INSTITUTE,
            type="Masterclass",
            location="online",
        ),
        event(
            10,
            "Samen sterker: zes sessies op één dag",
            "06-03T09:30",
            "06-03T16:30",
            type="Congres",
            location="Doorn",
            register_by="2027-05-21",
        ),
        block(
            11,
            "practice",
            title="Student en leraar ontwerpen samen een les",
            question="Een student leert van een ervaren leraar. Hoe zorg je dat het ook andersom gebeurt?",
            approach="Elke student vormt acht weken een koppel met een leraar van hetzelfde vak. Samen ontwerpen ze drie lessen.",
            result="Leraren proberen nieuwe werkvormen uit. De vaksectie houdt nu elke periode een ontwerpmiddag.",
            contact="De schoolopleider van deze opleidingsschool: ontwerpkoppels@example.org",
            partnership="Opleidingsschool De Voorbeelden",
            item_id=31,
        ),
        block(
            12,
            "publication",
            title="Drie manieren om samen te werken",
            format="factsheet, pdf van 4 pagina’s",
            size="320 kB",
            teaser="Het servicemodel, het complementaire model of het coöperatieve model: welk past bij jullie?",
            url="https://nieuwsbrief.example.org/publicaties/drie-modellen.pdf",
            link_text="Open de factsheet over drie modellen",
            image=f"{BASE}/static/mail/omslag-factsheet.png",
            image_alt="Omslag: twee cirkels, eerst los, dan rakend, dan overlappend.",
        ),
    )


def event(
    number: int,
    title: str,
    starts: str,
    ends: str,
    audience: Audience | None = None,
    /,
    **fields: Any,
) -> BlockContent:
    return block(
        number,
        "event",
        audience,
        title=title,
        starts_at=f"2027-{starts}+02:00",
        ends_at=f"2027-{ends}+02:00",
        item_id=100 + number,
        **fields,
    )


def announcement(**changes: Any) -> EditionContent:
    values: dict[str, Any] = {
        "id": 15,
        "kind": EditionKind.ANNOUNCEMENT,
        "number": None,
        "title": "Samen sterker",
        "subject": "Congres Samen sterker op donderdag 3 juni in Doorn",
        "preheader": "Zes sessies over samen opleiden. Aanmelden tot en met vrijdag 21 mei.",
        "dated_on": DAY,
        "blocks": (congress(),),
    }
    return EditionContent(**{**values, **changes})


def congress() -> BlockContent:
    return block(
        1,
        "congress",
        title="Samen sterker",
        type="Congres",
        summary="Een dag over de vraag waarom we samen opleiden, en hoe het beter kan.",
        starts_at="2027-06-03T09:30+02:00",
        ends_at="2027-06-03T16:30+02:00",
        location="Congrescentrum Doorn",
        register_by="2027-05-21",
        register_url="https://congres.example.org/aanmelden",
        for_whom=FOR_BOTH,
        after=AFTER,
        item_id=110,
        programme=[
            {"time": "09:30", "title": "Inloop met koffie en thee"},
            {"time": "10.00", "title": "Opening", "leader": "de voorzitter"},
            session(
                "10.45",
                "Strategisch samenwerken",
                "een senior beleidsmedewerker van een schoolbestuur",
            ),
            session(
                "10.45", "Eén profiel voor de werkplekbegeleider", "een schoolopleider", "school"
            ),
            session(
                "10.45",
                "Naar een gezamenlijke onderzoeksagenda",
                "een onderzoeker",
                "lerarenopleiding",
            ),
            {"time": "12.15", "title": "Lunch"},
            session("13.15", "De toetsing door de NVAO voorbereiden", "een projectleider"),
            session(
                "13.15", "Een nieuwe school in je opleidingsschool", "een penvoerder", "school"
            ),
            {"time": "16.00", "title": "Napraten tot 16.30 uur"},
        ],
    )


def session(time: str, title: str, leader: str, audience: str = "") -> dict[str, str]:
    return {
        "time": time,
        "title": title,
        "leader": leader,
        "audience": audience,
        "url": f"https://congres.example.org/sessies/{len(title)}",
    }
