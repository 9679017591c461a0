"""Pictures come from our own site: another host would learn who reads us, and when."""

from collections.abc import Iterable, Mapping

from newsletter.approve.checks.reading import name_of, read_mail, shown_address, where
from newsletter.cut import Cut
from newsletter.values import EditionContent, Facts, Finding, Level, Rendered


def check_hosts(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find pictures on another site: those that the mail leaves out, and any that is in it."""
    own = f"{facts.house.base_url}/"
    for block in content.blocks:
        field, url = shown_address(block, facts.house.base_url)
        if url and not url.startswith(own):
            yield Finding(
                "hosts.left-out",
                Level.ERROR if block.kind == "image" else Level.WARNING,
                f"De afbeelding in {name_of(block)} komt niet mee: ze staat op een andere site.",
                where=where(block),
                mend="Haal haar weg, of kies een afbeelding die bij ons staat.",
                field=field,
                quote=url,
            )
    for variant in rendered.values():
        for picture in read_mail(variant.html).pictures:
            if not picture.url.startswith(own):
                yield Finding(
                    "hosts.picture",
                    Level.ERROR,
                    f"Deze afbeelding staat op een andere site, die zo ziet wie ons leest: "
                    f"{picture.url}",
                    where=picture.url,
                    mend="Haal de afbeelding weg.",
                    quote=picture.url,
                )
