"""Pictures have a description, or are marked as decorative (WCAG 1.1.1)."""

from collections.abc import Iterable, Mapping

from newsletter.approve.checks.reading import name_of, read_mail, where
from newsletter.cut import Cut
from newsletter.values import BlockContent, EditionContent, Facts, Finding, Level, Rendered


def check_images(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find pictures without a description, in the blocks and in what is rendered."""
    for block in content.blocks:
        if _is_offered(block):
            yield Finding(
                "images.offered",
                Level.INFO,
                f"Bij {name_of(block)} is er een foto, die nog niet meekomt.",
                where=where(block),
                mend="Schrijf in het blok wat erop te zien is, of kies dat hij alleen versiert.",
                field="image_alt",
            )
        if _is_undecided(block):
            yield Finding(
                "images.undecided",
                Level.ERROR,
                "Van een afbeelding is niet beschreven wat erop te zien is.",
                where=where(block),
                mend="Schrijf wat erop te zien is, of kies dat ze alleen versiert.",
                field="alt",
            )
        if block.fields.get("image") and not _is_decided(block):
            yield Finding(
                "images.alt",
                Level.ERROR,
                f"De afbeelding bij {name_of(block)} heeft geen beschrijving.",
                where=where(block),
                mend="Schrijf wat erop te zien is, of kies dat ze alleen versiert.",
                field="image_alt",
            )
        yield from _both(block)
    for variant in rendered.values():
        for picture in read_mail(variant.html).pictures:
            if picture.alt is None:
                yield Finding(
                    "images.alt-missing",
                    Level.ERROR,
                    f"Deze afbeelding heeft geen beschrijving: {picture.url}",
                    where=picture.url,
                    mend="Schrijf wat erop te zien is.",
                )


def _is_offered(block: BlockContent) -> bool:
    """Say whether a mail would show the item's own picture, but for the missing description."""
    is_shown = block.kind != "article" or _is_in_sight(block.fields)
    has_own = block.fields.get("image") or _is_decided(block)
    return bool(is_shown and block.fields.get("offered_image") and not has_own)


def _is_decided(block: BlockContent) -> bool:
    """Say whether somebody wrote what a block's picture shows, or that it only decorates."""
    return bool(_said(block, "image_alt") or _said(block, "image_decorative"))


def _both(block: BlockContent) -> Iterable[Finding]:
    """Find a description that nobody gets, because the picture is said to be decorative."""
    for alt, role in (("image_alt", "image_decorative"), ("alt", "decorative")):
        if _said(block, alt) and _said(block, role):
            yield Finding(
                "images.both",
                Level.WARNING,
                "Een afbeelding heeft een beschrijving, maar geldt als versiering: wie haar niet "
                "ziet, krijgt de beschrijving niet.",
                where=where(block),
                mend="Haal de beschrijving weg, of kies dat de afbeelding iets laat zien.",
                field=alt,
                quote=_said(block, alt),
            )


def _said(block: BlockContent, name: str) -> str:
    return str(block.fields.get(name) or "").strip()


def _is_in_sight(fields: Mapping[str, object]) -> bool:
    return bool(fields.get("lead") or fields.get("show_image"))


def _is_undecided(block: BlockContent) -> bool:
    """Say whether nobody wrote what a picture shows, nor that it says nothing (WCAG 1.1.1)."""
    told = _said(block, "alt") or _said(block, "decorative")
    return block.kind == "image" and bool(block.fields.get("picture")) and not told
