"""The pages of the desk about who reads: subscribers, segments, and the field they work in."""

from typing import Final

from web.editor import (
    came_back,
    events,
    field_list,
    kept,
    lists,
    many,
    members,
    partnerships,
    segments,
    subscriber,
    subscriber_counts,
    subscribers,
)
from web.editor.desk import (
    CAME_BACK,
    EVENTS,
    KEPT,
    MEMBERS,
    PARTNERSHIPS,
    REGISTER,
    SEGMENTS,
    SUBSCRIBERS,
)
from web.editor.field_list import FIELD_LIST
from web.editor.many_words import MANY
from web.route import ADMINISTRATOR, IN, POST, Route

PARTNERSHIP: Final = PARTNERSHIPS + "/{partnership}"
EVENT: Final = EVENTS + "/{event}"
SEGMENT: Final = SEGMENTS + "/{slug}"
LIST: Final = lists.IN + "/{list}"
MEMBER: Final = MEMBERS + "/{organisation}"
SUBSCRIBER: Final = SUBSCRIBERS + "/{subscriber}"

READER_ROUTES: Final[tuple[Route, ...]] = (
    Route(KEPT, kept.show_kept, "kept", IN),
    Route(REGISTER, kept.show_register, "register", IN),
    Route(SUBSCRIBERS, subscribers.show_subscribers, "subscribers", IN),
    Route(SUBSCRIBERS + "/aantallen", subscriber_counts.show_counts, "subscriber_counts", IN),
    Route(MANY, many.show_many, "many", ADMINISTRATOR),
    Route(MANY, many.change, "change_many", ADMINISTRATOR, POST),
    Route(MANY + "/{change}/terug", many.undo, "undo_many", ADMINISTRATOR, POST),
    Route(lists.IN, lists.show_receiving, "receiving", ADMINISTRATOR),
    Route(lists.IN, lists.receive, "receive_list", ADMINISTRATOR, POST, files=1, megabytes=50),
    Route(LIST, lists.show_list, "received_list", ADMINISTRATOR),
    Route(LIST + "/stand", lists.show_standing, "list_standing", ADMINISTRATOR),
    Route(LIST + "/lezen", lists.read_as, "read_list_as", ADMINISTRATOR, POST),
    Route(LIST + "/proef", lists.try_out, "try_list", ADMINISTRATOR, POST),
    Route(LIST + "/kolommen", lists.choose_again, "choose_columns_again", ADMINISTRATOR, POST),
    Route(LIST + "/binnen", lists.bring_in, "bring_in_list", ADMINISTRATOR, POST),
    Route(LIST + "/weg", lists.drop, "drop_list", ADMINISTRATOR, POST),
    Route(LIST + "/fouten.csv", lists.give_errors, "list_errors", ADMINISTRATOR),
    Route(lists.OUT, lists.show_giving, "giving", ADMINISTRATOR),
    Route(lists.OUT, lists.give, "give_subscribers", ADMINISTRATOR, POST),
    Route(SUBSCRIBER, subscriber.show_subscriber, "subscriber", ADMINISTRATOR),
    Route(SUBSCRIBER, subscriber.save, "save_subscriber", ADMINISTRATOR, POST),
    Route(SUBSCRIBER + "/afmelden", subscriber.unsubscribe, "leave_for", ADMINISTRATOR, POST),
    Route(SUBSCRIBER + "/blokkeren", subscriber.suppress, "suppress", ADMINISTRATOR, POST),
    Route(SUBSCRIBER + "/wissen", subscriber.erase, "erase_subscriber", ADMINISTRATOR, POST),
    Route(CAME_BACK, came_back.show_came_back, "came_back", IN),
    Route(CAME_BACK + "/{mail}/klaar", came_back.deal_with, "deal_with_mail", IN, POST),
    Route(CAME_BACK + "/{mail}/terug", came_back.put_back, "put_back_mail", IN, POST),
    Route(CAME_BACK + "/adres/{subscriber}/weer", came_back.take_up_again, "take_up", IN, POST),
    Route(SEGMENTS, segments.show_segments, "segments", IN),
    Route(segments.NEW, segments.show_new, "new_segment", ADMINISTRATOR),
    Route(segments.NEW, segments.make, "add_segment", ADMINISTRATOR, POST),
    Route(segments.COUNT, segments.show_count, "segment_count", ADMINISTRATOR),
    Route(SEGMENT, segments.show_segment, "segment", IN),
    Route(SEGMENT, segments.change, "save_segment", ADMINISTRATOR, POST),
    Route(SEGMENT + "/waarom", segments.ask_why, "ask_segment", ADMINISTRATOR, POST),
    Route(SEGMENT + "/weg", segments.remove, "remove_segment", ADMINISTRATOR, POST),
    Route(SEGMENT + "/terug", segments.put_back, "put_back_segment", ADMINISTRATOR, POST),
    Route(EVENTS, events.show_events, "events", IN),
    Route(EVENT, events.show_event, "event_attendance", IN),
    Route(EVENT, events.bring, "bring_attendance", IN, POST, files=1, megabytes=5),
    Route(EVENT + "/weg", events.remove, "remove_attendance", IN, POST),
    Route(PARTNERSHIPS, partnerships.show_partnerships, "partnerships", IN),
    Route(PARTNERSHIPS + ".csv", partnerships.give_partnerships, "partnerships_csv", IN),
    Route(PARTNERSHIPS + "/nieuw", partnerships.show_new, "new_partnership", IN),
    Route(PARTNERSHIPS + "/nieuw", partnerships.add, "add_partnership", IN, POST),
    Route(FIELD_LIST, field_list.show_list, "field_list", ADMINISTRATOR),
    Route(FIELD_LIST, field_list.judge, "judge_field_list", ADMINISTRATOR, POST, files=1),
    Route(FIELD_LIST + "/bewaar", field_list.bring, "bring_field_list", ADMINISTRATOR, POST),
    Route(PARTNERSHIP, partnerships.show_partnership, "partnership", IN),
    Route(PARTNERSHIP, partnerships.save, "save_partnership", IN, POST),
    Route(PARTNERSHIP + "/weg", partnerships.remove, "remove_partnership", IN, POST),
    Route(MEMBERS, members.show_members, "members", IN),
    Route(MEMBERS + ".csv", members.give_members, "members_csv", IN),
    Route(MEMBERS + "/nieuw", members.show_new, "new_member", IN),
    Route(MEMBERS + "/nieuw", members.add, "add_member", IN, POST),
    Route(MEMBER, members.show_member, "member", IN),
    Route(MEMBER, members.save, "save_member", IN, POST),
    Route(MEMBER + "/weg", members.remove, "remove_member", IN, POST),
)
