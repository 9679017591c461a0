"""Edition and audience in, mail out: Jinja2 makes MJML, MRML makes HTML, `mend` finishes it.

Pure: the same content gives the same bytes. What cannot be rendered is left out and reported.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from jinja2 import TemplateError
from markupsafe import Markup
from mjml import mjml2html

from newsletter.compose import pieces
from newsletter.compose.blocks import BLOCKS
from newsletter.compose.blocks.kind import Frame, View, text
from newsletter.compose.escape import ascii_only, clean_line
from newsletter.compose.mend import mend
from newsletter.compose.pieces import Group, Piece
from newsletter.compose.sections import SECTIONS, grouped, section_of
from newsletter.compose.shorten import FITS_BYTES, shorten
from newsletter.compose.templates import (
    TEMPLATES,
    for_audience,
    mjml_templates,
    shared_values,
    text_templates,
)
from newsletter.identity import Organisation
from newsletter.values import (
    BlockContent,
    EditionContent,
    EditionKind,
    Finding,
    Level,
    Rendered,
    Slot,
)
from subscribers.values import Audience

_EMPTY_LINES: Final = re.compile(r"\n{4,}")
# What wrong fields can cause; anything else is a fault in our code and should be seen.
_FIELD_ERRORS: Final = (
    TemplateError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Alone:
    """One block by itself. mjml, text: the piece; html: a page that holds nothing else."""

    mjml: str
    html: str
    text: str


class Renderer:
    """A `ports.Render` for one organisation and one public address; templates are compiled once."""

    def __init__(
        self, *, organisation: Organisation, base_url: str, templates: Path = TEMPLATES
    ) -> None:
        self._base_url = base_url
        values = shared_values(organisation, base_url)
        self._colours, self._font = values["c"], organisation.font_stack
        self._mjml = mjml_templates(templates, values)
        self._text = text_templates(templates, values)

    def __call__(self, content: EditionContent, audience: Audience | None) -> Rendered:
        """Return what a reader of this audience gets; problems are inside, never raised.

        What would be cut off by Gmail gets shorter by itself (`shorten`).
        """
        groups, problems = self._groups(content, audience)
        page, html, more = self._fitting(content, audience, groups)
        return Rendered(
            audience=audience,
            subject=clean_line(content.subject),
            preheader=clean_line(content.preheader),
            html=html,
            text=self._plain(page),
            marker=_marker(content),
            problems=(*problems, *more, *_nothing_left(groups)),
            shortened=tuple(one.block.id for group in page["groups"] for one in group.short),
        )

    def mjml(self, content: EditionContent, audience: Audience | None) -> str:
        """Return the MJML that the HTML of this audience is made from."""
        groups, _ = self._groups(content, audience)
        page, _, _ = self._fitting(content, audience, groups)
        return self._whole(page)

    def _fitting(
        self, content: EditionContent, audience: Audience | None, groups: Sequence[Group]
    ) -> tuple[dict[str, Any], str, list[Finding]]:
        """Return the page and its HTML, with as many blocks shortened as it takes to fit."""
        while True:
            page = self._page(content, audience, groups)
            html, problems = self._html(page, groups)
            excess = len(html.encode()) - FITS_BYTES
            shorter = shorten(groups, excess) if excess > 0 else groups
            if shorter == groups:
                return page, html, problems
            groups = shorter

    def alone(self, block: BlockContent, kind: EditionKind) -> Alone:
        """Return one block by itself, for the gallery. Raises ValueError for fields of no use."""
        frame = Frame(base_url=self._base_url, edition_kind=kind)
        piece = self._piece(block, frame, first=True, said=set())
        page = {"subject": BLOCKS[block.kind].label, "preheader": ""}
        group = Group(section_of(block), (piece,))
        whole = self._mjml.get_template("alone.mjml").render(page=page, group=group)
        return Alone(mjml=str(piece.mjml), html=self._compiled(ascii_only(whole)), text=piece.text)

    def _groups(
        self, content: EditionContent, audience: Audience | None
    ) -> tuple[list[Group], list[Finding]]:
        frame = Frame(base_url=self._base_url, edition_kind=content.kind)
        said: set[str] = set()
        groups: list[Group] = []
        problems: list[Finding] = []
        for key, blocks in grouped(pieces.visible(content, audience)):
            done: list[Piece] = []
            for block in blocks:
                try:
                    done.append(self._piece(block, frame, first=not done, said=said))
                except _FIELD_ERRORS:
                    problems.append(_left_out(block))
            if done:
                groups.append(Group(key, tuple(done)))
        return groups, problems

    def _piece(self, block: BlockContent, frame: Frame, *, first: bool, said: set[str]) -> Piece:
        kind = BLOCKS[block.kind]
        view = _distinct(kind.view({**kind.blank, **block.fields}, frame), said)
        if not str(view.get("image", "")).startswith(f"{self._base_url}/"):
            view = {**view, "image": ""}  # a picture elsewhere would tell its host who reads us
        context = {
            "b": view,
            "audience": block.audience,
            "audience_line": for_audience(block.audience),
            "first": first,
            "section": SECTIONS.get(kind.section),
        }
        folder = f"blocks/{kind.name}"
        mjml = self._mjml.get_template(f"{folder}/block.mjml").render(context)
        text = self._text.get_template(f"{folder}/block.txt").render(context)
        return Piece(block, view, Markup(mjml), text)  # noqa: S704 - a template escaped it

    def _page(
        self, content: EditionContent, audience: Audience | None, groups: Sequence[Group]
    ) -> dict[str, Any]:
        marker = _marker(content)
        return {
            "kind": content.kind,
            "audience": audience,
            "groups": groups,
            "event": pieces.main_event(groups),
            "called": pieces.is_called(content.kind, groups),
            "slots": {slot.value: f"{marker}{slot}x" for slot in Slot},
            "page": {
                "subject": clean_line(content.subject),
                "preheader": clean_line(content.preheader),
                "title": clean_line(content.title),
                "sentence": clean_line(pieces.sentence(content)),
                "number": content.number,
                "dated_on": content.dated_on,
                "web_url": f"{self._base_url}/archief/{content.id}",
                "calendar_url": _calendar_url(self._base_url, content, audience),
                "contents": pieces.contents_rows(groups),
                "contents_before": pieces.contents_before(groups),
            },
        }

    def _whole(self, page: Mapping[str, Any]) -> str:
        template = self._mjml.get_template(f"editions/{page['kind']}.mjml")
        return ascii_only(template.render(page))

    def _html(self, page: Mapping[str, Any], groups: Sequence[Group]) -> tuple[str, list[Finding]]:
        """Return the HTML; when MRML refuses it, without the pieces that it refuses."""
        try:
            return self._compiled(self._whole(page)), []
        except ValueError:
            kept, problems = self._without_refused(groups)
            return self._compiled(self._whole({**page, "groups": kept})), problems

    def _without_refused(self, groups: Sequence[Group]) -> tuple[list[Group], list[Finding]]:
        problems: list[Finding] = []
        kept: list[Group] = []
        for group in groups:
            good: list[Piece] = []
            for piece in group.pieces:
                try:
                    self._compiled(f"<mjml><mj-body>{ascii_only(piece.mjml)}</mj-body></mjml>")
                    good.append(piece)
                except ValueError:
                    problems.append(_left_out(piece.block))
            if good:
                kept.append(replace(group, pieces=tuple(good)))
        return kept, problems

    def _compiled(self, mjml: str) -> str:
        return mend(
            mjml2html(mjml, disable_comments=True, fonts={}), self._colours, font=self._font
        )

    def _plain(self, page: Mapping[str, Any]) -> str:
        text = self._text.get_template(f"editions/{page['kind']}.txt").render(page)
        lines = (line.rstrip() for line in text.replace("\u00a0", " ").split("\n"))
        return _EMPTY_LINES.sub("\n\n\n", "\n".join(lines)).strip() + "\n"


def fill(text: str, rendered: Rendered, values: Mapping[Slot, str]) -> str:
    """Return HTML or text with one person's values in its slots; for HTML they come in escaped."""
    return rendered.slots().sub(lambda found: values[Slot(found.group(1))], text)


def _marker(content: EditionContent) -> str:
    told = asdict(content)
    for block in told["blocks"]:
        del block["at_source"]  # what a source says later is not what was approved
    whole = json.dumps(told, sort_keys=True, default=str)
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
    return f"slot{digest[:16]}"


def _calendar_url(base_url: str, content: EditionContent, audience: Audience | None) -> str:
    side = f"?kant={audience}" if audience else ""
    return f"{base_url}/archief/{content.id}/agenda.ics{side}"


def _distinct(view: View, said: set[str]) -> View:
    # Two links with the same words and different targets: the second gets words of its own.
    if view.get("link_text") in said:
        view = {**view, "link_text": view.get("long_link_text", view["link_text"])}
    said.add(view.get("link_text", ""))
    return view


def _left_out(block: BlockContent) -> Finding:
    kind = BLOCKS.get(block.kind)
    name = kind.label if kind else block.kind
    title = text(block.fields, "title")
    what = f"{name} “{title}”" if title else name
    return Finding(
        "render.block",
        Level.ERROR,
        f"{what} staat niet in de mail: er ontbreken gegevens, of ze kloppen niet.",
        where=f"block {block.id}",
        mend="Vul het blok aan of haal het weg.",
    )


def _nothing_left(groups: Sequence[Group]) -> Iterable[Finding]:
    if not groups:
        yield Finding(
            "render.empty",
            Level.ERROR,
            "Voor deze lezers staat er niets in de editie.",
            mend="Zet er iets in dat ook voor hen is, of laat hun doelgroep weg.",
        )
