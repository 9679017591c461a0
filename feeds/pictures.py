"""Pictures in their rows: kept once however often they come, given where they are shown."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session, undefer

from feeds.model import Image, Item, Submission
from feeds.values import ItemStatus, Picture
from storage.dialect import insert_new

UNUSED_KEPT: Final = timedelta(days=1)  # while a form is open its picture is not used yet
HIDDEN: Final = (ItemStatus.REFUSED, ItemStatus.WITHDRAWN)


def keep_picture(
    session: Session, picture: Picture, *, now: datetime, source_url: str = ""
) -> Image:
    """Return the row of this picture, made when there is none."""
    row = {
        "digest": picture.digest,
        "media_type": picture.media_type,
        "width": picture.width,
        "height": picture.height,
        "content": picture.content,
        "source_url": source_url,
        "created_at": now,
        "lasting": False,
    }
    insert_new(session, Image.metadata.tables[Image.__tablename__], [row])
    return session.scalars(select(Image).where(Image.digest == picture.digest)).one()


def find_image(session: Session, digest: str) -> Image | None:
    """Return the picture of that digest, without its content."""
    return session.scalar(select(Image).where(Image.digest == digest))


def read_image(session: Session, digest: str) -> Image | None:
    """Return the picture of that digest with its content, for the desk."""
    query = select(Image).where(Image.digest == digest)
    return session.scalar(query.options(undefer(Image.content)))


def read_shown_image(session: Session, digest: str) -> Image | None:
    """Return the picture with its content, as long as something that is shown uses it."""
    is_shown = exists().where(Item.image_id == Image.id, Item.status.not_in(HIDDEN))
    query = select(Image).where(Image.digest == digest, or_(is_shown, Image.lasting))
    return session.scalar(query.options(undefer(Image.content)))


def erase_unused(session: Session, *, before: datetime) -> int:
    """Erase the pictures of before then that nothing uses; return how many."""
    unused = delete(Image).where(Image.created_at <= before, *_IS_UNUSED)
    return len(session.scalars(unused.returning(Image.id)).all())


def erase_if_unused(session: Session, image_id: int) -> None:
    """Erase this picture, unless something else uses it too."""
    session.execute(delete(Image).where(Image.id == image_id, *_IS_UNUSED))


_IS_UNUSED: Final = (
    ~exists().where(Item.image_id == Image.id),
    ~exists().where(Submission.image_id == Image.id),
    ~Image.lasting,
)
