"""Dutch words that tell what a text is about, for each of the shipped themes and for each audience.

A term is a word or several; "*" stands for any ending. One that ends in "?" says little by itself:
it counts in a title only.
"""

from collections.abc import Mapping
from typing import Final

THEME_TERMS: Final[Mapping[str, tuple[str, ...]]] = {
    "visie": (
        "visie op opleiden", "visie op samen opleiden", "opleidingsvisie*", "visieontwikkeling*",
        "visiedocument*", "gedeelde visie", "gezamenlijke visie", "draagvlak", "visie?",
    ),
    "samenwerkingsverband-wordt-opleidingsschool": (
        "van samenwerkingsverband naar", "opleidingsschool worden", "opleidingsscholen worden",
        "kenmerken van een opleidingsschool", "aspirant opleidingsscho*",
        "aspirantopleidingsscho*",
    ),
    "strategische-verhouding": (
        "strategisch partnerschap*", "strategische partner*", "strategische samenwerking*",
        "strategische verhouding*", "gelijkwaardig partnerschap", "gelijkwaardige partner*",
        "gelijkwaardigheid tussen", "samenwerkingsovereenkomst*", "bestuurlijke samenwerking",
    ),
    "schoolontwikkeling": ("schoolontwikkeling*", "schoolverbetering*", "schoolinnovatie*"),
    "verankering-regio": (
        "verankering in de regio", "regionale verankering", "regionale samenwerking*",
        "regionale aanpak*", "regionale netwerk*", "regionaal netwerk", "onderwijsregio*",
        "regioplan*",
    ),
    "nieuwe-opleidingsscholen": (
        "nieuwe opleidingsscho*", "nieuwe academische opleidingsscho*",
        "startende opleidingsscho*", "erkenning van opleidingsscho*", "erkenning opleidingsscho*",
    ),
    "gemeenschappelijke-taal": (
        "gemeenschappelijke taal", "gezamenlijke taal", "dezelfde taal spreken", "begrippenkader*",
        "begrippenlijst*", "rolbeschrijving*", "rolverdeling*", "rollen in de opleidingsschool",
    ),
    "landelijk-profiel": (
        "landelijk profiel", "profiel opleidingsscho*", "profiel van de opleidingsschool",
        "profiel van opleidingsscho*",
    ),
    "competentieprofiel-werkplekbegeleider": (
        "werkplekbegeleid*", "competentieprofiel*", "bekwaamheidsprofiel*",
    ),
    "toetsing-nvao": (
        "nvao", "accreditatie*", "heraccreditatie*", "visitatie*", "beoordelingskader*",
        "peer review*", "peerreview*",
    ),
    "capaciteit-spreiding": (
        "opleidingsplaats*", "opleidingsplek*", "stageplaats*", "stageplek*", "capaciteit?",
        "landelijke spreiding", "landelijke dekking", "spreiding van opleidingsscho*",
    ),
    "toetreding-nieuwe-scholen": (
        "toetreding*", "toetredende scho*", "nieuwe scholen", "nieuwe partnerscho*",
        "uitbreiding opleidingsscho*", "uitbreiding van de opleidingsschool", "sluiten zich aan?",
        "sluit zich aan?",
    ),
    "financiering-opleidingsschool": (
        "financiering*", "bekostiging*", "subsidie*", "tegemoetkoming*", "begroting*?",
    ),
    "financiering-academische-opleidingsschool": (
        "financiering academische", "financiering van academische", "bekostiging academische",
        "bekostiging van academische", "subsidie academische", "subsidie voor academische",
    ),
    "inrichting-facilitering": (
        "facilitering*", "faciliteren?", "taakbeleid", "opleidingsuren", "begeleidingsuren",
        "organisatiestructuur*", "inrichting van de opleidingsschool",
        "inrichting opleidingsschool", "governance",
    ),
    "informeel-leiderschap": (
        "informeel leiderschap", "informele leider*", "gespreid leiderschap", "teacher leader*",
        "leiderschap van leraren",
    ),
    "professionele-leergemeenschappen": (
        "leergemeenschap*", "plg", "plgs", "lesson study", "community of practice",
        "communities of practice", "docentontwikkelteam*", "lerend netwerk", "lerende netwerken",
        "leernetwerk*",
    ),
    "opleidingsplan": ("opleidingsplan*", "opleidingsprogramma*", "leerwerkplan*"),
    "curriculumontwikkeling": (
        "curriculumontwikkel*", "curriculumvernieuwing*", "curriculumherziening*",
        "curriculumontwerp*", "kerndoelen", "leerplan*", "curriculum?",
    ),
    "vakinhoud-kennisbasis": (
        "kennisbasis*", "kennisbases", "vakinhoud*", "vakdidact*", "vakkennis",
    ),
    "begeleidingsmodellen": (
        "begeleidingsmodel*", "begeleidingsvorm*", "begeleiding van studenten",
        "begeleiden van studenten", "studentbegeleiding*", "begeleidingsgesprek*", "intervisie?",
        "coaching?",
    ),
    "theorie-praktijk": (
        "theorie en praktijk", "praktijk en theorie", "theorie aan praktijk", "werkplekleren",
        "boundary cross*", "hybride docent*", "hybride leraar*", "hybride leeromgeving*",
    ),
    "kwaliteitszorg": (
        "kwaliteitszorg*", "kwaliteitscultuur", "kwaliteitskader*", "kwaliteitscyclus*",
        "kwaliteitsagenda*", "zelfevaluatie*", "audit?", "audits?",
    ),
    "definitie-onderzoek": (
        "praktijkonderzoek*", "praktijkgericht onderzoek", "definitie van onderzoek",
        "onderzoekende houding", "onderzoekend vermogen", "onderzoekend leren",
    ),
    "onderzoeksagenda": (
        "onderzoeksagenda*", "kennisagenda*", "onderzoeksprogramma*", "onderzoekslijn*",
    ),
    "onderzoek-naar-curriculum": (
        "onderzoek naar curriculum", "onderzoek naar het curriculum", "curriculumonderzoek*",
        "curriculumevaluatie*",
    ),
    "samenwerking-in-onderzoek": (
        "samen onderzoek*", "samen onderzoeken", "gezamenlijk onderzoek", "onderzoekswerkplaats*",
        "onderzoekssamenwerking*", "academische werkplaats*", "werkplaats onderwijsonderzoek",
        "werkplaatsen onderwijsonderzoek",
    ),
    "hr-beleid": (
        "hr beleid", "hrm", "hrm beleid", "personeelsbeleid", "leven lang leren",
        "leven lang ontwikkelen", "startende leraren", "startende leraar", "startende docent*",
        "inductie*", "loopbaan*",
    ),
    "lerende-organisatie": (
        "lerende organisatie*", "professionalisering*", "professionele ontwikkeling",
        "nascholing*", "teamleren",
    ),
    "inhoudelijke-themas": (
        "passend onderwijs", "burgerschap*", "digitale geletterdheid", "basisvaardighe*",
        "kansengelijkheid", "kunstmatige intelligentie", "sociale veiligheid", "taalbeleid",
        "taalontwikkeling*", "differentiëren?", "differentiatie?",
    ),
}  # fmt: skip

AUDIENCE_TERMS: Final[Mapping[str, tuple[str, ...]]] = {
    "school": (
        "werkplekbegeleider*", "schoolopleider*", "schoolleider*", "schoolcoach*", "teamleider*",
        "vakcoach*", "bovenschoolse opleider*", "vo docent*", "voor docenten", "rector", "rectoren",
        "schoolbestuurder*", "voor scholen", "voor vo scholen",
    ),
    "lerarenopleiding": (
        "instituutsopleider*", "lerarenopleider*", "docentopleider*", "hogeschooldocent*",
        "universitair docent*", "vakdidacticus", "vakdidactici", "lector", "lectoren",
        "voor lerarenopleiding*", "voor de lerarenopleiding*", "voor pabo*", "voor hogescholen",
        "pabodocent*",
    ),
}  # fmt: skip
"""The roles at each side, and to whom something is said to be.

Organisations are no roles: news of a school is not only for schools. Nor are "leraren", whom all of
this is about.
"""
