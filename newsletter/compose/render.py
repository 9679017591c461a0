"""Edition and cut in, mail out: Jinja2 makes MJML, MRML makes HTML, `mend` finishes it.

Pure: the same content gives the same bytes. What cannot be rendered is left out and reported.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from jinja2 import TemplateError
from markupsafe import Markup
from mjml import mjml2html

from newsletter.compose import pieces
from newsletter.compose.blocks import FIXED, KINDS
from newsletter.compose.blocks.kind import Frame, View, Whole, text
from newsletter.compose.escape import ascii_only, clean_line
from newsletter.compose.kept import Kept
from newsletter.compose.marking import Mark, marked, unmarked, without_marks
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
from newsletter.cut import Cut
from newsletter.identity import Organisation
from newsletter.outdated import EVENT_BLOCKS
from newsletter.values import (
    BlockContent,
    EditionContent,
    EditionKind,
    Finding,
    Level,
    Rendered,
    Slot,
)

KEPT: Final = 64  # variants of some 100 kB: a page of the desk asks again for what did not change
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

# The values of the whole page, for these groups of its blocks.
Paging = Callable[[Sequence[Group]], dict[str, Any]]


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
        self._base_url, self._organisation = base_url, organisation
        self._kept: Kept[Rendered] = Kept(most=KEPT)
        values = shared_values(organisation, base_url)
        self._colours, self._font = values["c"], organisation.font_stack
        self._mjml = mjml_templates(templates, values)
        self._text = text_templates(templates, values)

    def __call__(self, content: EditionContent, cut: Cut) -> Rendered:
        """Return what a reader with this cut gets; problems are inside, never raised.

        What would be cut off by Gmail gets shorter by itself (`shorten`). Two cuts that see the
        same are rendered once.
        """
        return self._once(content, cut, unmarked)

    def marked(self, content: EditionContent, cut: Cut) -> Rendered:
        """Return the same, with marks where each block begins and ends (`marking`)."""
        return self._once(content, cut, marked)

    def mjml(self, content: EditionContent, cut: Cut) -> str:
        """Return the MJML that the HTML of this cut is made from."""
        seen = content.seen_by(cut)
        digest = _digest(seen)
        groups, _ = self._groups(seen, digest)
        page, _, _ = self._fitting(self._paging(seen, cut, digest), groups, unmarked)
        return self._whole(page)

    def _once(self, content: EditionContent, cut: Cut, mark: Mark) -> Rendered:
        seen = content.seen_by(cut)
        digest = _digest(seen)
        key = f"{mark.__name__} {cut.audience} {digest}"
        made = self._kept.get(key, lambda: self._rendered(seen, cut, digest, mark))
        return replace(made, cut=cut)

    def _rendered(self, seen: EditionContent, cut: Cut, digest: str, mark: Mark) -> Rendered:
        groups, problems = self._groups(seen, digest)
        page, html, more = self._fitting(self._paging(seen, cut, digest), groups, mark)
        return Rendered(
            cut=cut,
            subject=clean_line(seen.subject),
            preheader=clean_line(seen.preheader),
            html=html,
            text=self._plain(page),
            marker=_marker(digest),
            problems=(*problems, *more, *_nothing_left(groups)),
            shortened=tuple(one.block.id for group in page["groups"] for one in group.short),
        )

    def _paging(self, seen: EditionContent, cut: Cut, digest: str) -> Paging:
        return lambda groups: self._page(seen, cut, groups, digest)

    def _fitting(
        self, paging: Paging, groups: Sequence[Group], mark: Mark
    ) -> tuple[dict[str, Any], str, list[Finding]]:
        """Return the page and its HTML, with as many blocks shortened as it takes to fit."""
        while True:
            page = paging(groups)
            told = [replace(one, pieces=tuple(map(mark, one.pieces))) for one in groups]
            html, problems = self._html({**page, "groups": told}, told)
            excess = len(without_marks(html).encode()) - FITS_BYTES
            shorter = shorten(groups, excess) if excess > 0 else groups
            if shorter == groups:
                return page, html, problems
            groups = shorter

    def alone(self, block: BlockContent, kind: EditionKind) -> Alone:
        """Return one block by itself, for the gallery. Raises ValueError for fields of no use."""
        poll = f"{self._base_url}/peiling/voorbeeld"
        frame = Frame(base_url=self._base_url, edition_kind=kind, poll=poll)
        piece = self._piece(block, frame, first=True, said=set())
        page = {"subject": KINDS[block.kind].label, "preheader": ""}
        group = Group(section_of(block), (piece,))
        whole = self._mjml.get_template("alone.mjml").render(page=page, group=group)
        return Alone(mjml=str(piece.mjml), html=self._compiled(ascii_only(whole)), text=piece.text)

    def _groups(self, seen: EditionContent, digest: str) -> tuple[list[Group], list[Finding]]:
        frame = self._frame(seen, digest)
        said: set[str] = set()
        groups: list[Group] = []
        problems: list[Finding] = []
        for key, blocks in grouped(seen.blocks):
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
        kind = KINDS[block.kind]
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
        self, seen: EditionContent, cut: Cut, groups: Sequence[Group], digest: str
    ) -> dict[str, Any]:
        fixed = self._fixed(seen, cut, groups, digest)
        call = pieces.standing_call(seen, cut.audience, self._organisation)
        last = self._piece(call, self._frame(seen), first=True, said=set()) if call else None
        return {
            "kind": seen.kind,
            "groups": groups,
            "event": pieces.main_event(groups),
            "last_call": last.mjml if last else "",
            "last_call_text": last.text if last else "",
            "fixed": {name: one.mjml if one else "" for name, one in fixed.items()},
            "fixed_text": {name: one.text if one else "" for name, one in fixed.items()},
            "page": {
                "subject": clean_line(seen.subject),
                "preheader": clean_line(seen.preheader),
                "web_url": f"{self._base_url}/archief/{seen.id}",
                "calendar_url": _calendar_url(self._base_url, seen, cut),
                "contents_before": pieces.contents_before(groups),
            },
        }

    def _fixed(
        self, seen: EditionContent, cut: Cut, groups: Sequence[Group], digest: str
    ) -> dict[str, Piece | None]:
        """Return what every edition has, by name; None for what this one goes without."""
        whole = Whole(
            content=seen,
            audience=cut.audience,
            base_url=self._base_url,
            sentence=pieces.sentence(seen),
            contents=pieces.contents_rows(groups),
            event=pieces.main_event(groups),
            slots={slot.value: f"{_marker(digest)}{slot}x" for slot in Slot},
        )
        return {name: self._fixed_piece(name, whole) for name in FIXED}

    def _fixed_piece(self, name: str, whole: Whole) -> Piece | None:
        kind = FIXED[name]
        fields = kind.from_whole(whole) if kind.from_whole else None
        if fields is None or (kind.optional and name in whole.content.without):
            return None
        block = BlockContent(0, name, whole.audience, fields)
        return self._piece(block, self._frame(whole.content), first=True, said=set())

    def _frame(self, content: EditionContent, digest: str = "") -> Frame:
        poll = f"{_marker(digest)}{Slot.POLL}x" if digest else ""
        return Frame(base_url=self._base_url, edition_kind=content.kind, poll=poll)

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


def _digest(content: EditionContent) -> str:
    told = asdict(content)
    for block in told["blocks"]:
        del block["at_source"]  # what a source says later is not what was approved
    whole = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _marker(digest: str) -> str:
    return f"slot{digest[:16]}"


def _calendar_url(base_url: str, seen: EditionContent, cut: Cut) -> str:
    """Return the address of the events that this reader got; it names no segment to them."""
    own = [str(one.id) for one in seen.blocks if one.segment and one.kind in EVENT_BLOCKS]
    asked = {"kant": cut.audience or "", "blok": ".".join(own)}
    query = "&".join(f"{name}={value}" for name, value in asked.items() if value)
    return f"{base_url}/archief/{seen.id}/agenda.ics{'?' if query else ''}{query}"


def _distinct(view: View, said: set[str]) -> View:
    # Two links with the same words and different targets: the second gets words of its own.
    if view.get("link_text") in said:
        view = {**view, "link_text": view.get("long_link_text", view["link_text"])}
    said.add(view.get("link_text", ""))
    return view


def _left_out(block: BlockContent) -> Finding:
    kind = KINDS.get(block.kind)
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
