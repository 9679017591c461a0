"""Every page in one table: the Dutch path, the handler, the English name, and who may.

Public pages first, then the desk. A page that is not in this table does not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from newsletter.account_mail import ACCOUNT, INVITATION, RESET, UNLOCK
from newsletter.openid import WORK_RETURN
from web.access import Who
from web.editor import (
    account,
    adding,
    blocks,
    bounds,
    calendar,
    comments,
    edition,
    editions,
    examples,
    field_list,
    gallery,
    going_on,
    home,
    items,
    judging,
    log,
    mail,
    matrix,
    members,
    occasion,
    organisation,
    own_heads,
    own_order,
    partnerships,
    password,
    people,
    reports,
    results,
    review,
    rhythm,
    second_step,
    segments,
    selecting,
    sending,
    sign_in,
    slot,
    source,
    source_list,
    sources,
    submissions,
    subscribers,
    trial,
    trial_mail,
    versions,
    work_account,
)
from web.editor.desk import (
    CALENDAR,
    EXAMPLES,
    MEMBERS,
    NEWS,
    ORGANISATION,
    PARTNERSHIPS,
    PEOPLE,
    REMINDERS,
    RESULTS,
    RHYTHM,
    SEGMENTS,
    SUBMISSIONS,
)
from web.editor.entering import CODE, GO_ON, SET_UP
from web.editor.field_list import FIELD_LIST
from web.pages import Call
from web.public import (
    agenda,
    archive,
    confirming,
    field,
    front,
    images,
    own_address,
    own_data,
    poll,
    practice,
    preferences,
    privacy,
    signup,
    submission,
    submit,
    trial_link,
    unsubscribe,
    why,
)

Handler = Callable[[Call], Response]
POST: Final = ("POST",)


@dataclass(frozen=True, slots=True)
class Route:
    """One address.

    methods:   GET also answers HEAD.
    files:     how many its form may bring along.
    megabytes: how large its form may be; a photo of a telephone is refused with a sentence only
               when it was read.
    """

    path: str
    handler: Handler
    name: str
    who: Who
    methods: tuple[str, ...] = ("GET",)
    files: int = 0
    megabytes: int = 1


OPEN: Final = Who.PUBLIC
CONFIRM: Final = "/bevestigen/{token}"
CONFIRM_SUBMISSION: Final = "/praktijkvoorbeelden/bevestigen/{token}"
OWN: Final = submission.OWN + "/{token}"
MOVE: Final = "/adres-bevestigen/{token}"
PREFERENCES: Final = "/voorkeuren/{token}"
UNSUBSCRIBE: Final = "/afmelden/{token}"
TRIAL_LINK: Final = "/proefmail/{what}"

PUBLIC_ROUTES: Final[tuple[Route, ...]] = (
    Route("/", front.show_front, "front", OPEN),
    Route("/archief", archive.show_archive, "archive", OPEN),
    Route("/archief.xml", archive.show_feed, "archive_feed", OPEN),
    Route("/archief/{edition}", archive.show_edition, "web_edition", OPEN),
    Route("/archief/{edition}/agenda.ics", agenda.give_edition, "edition_calendar", OPEN),
    Route("/agenda", agenda.show_agenda, "agenda", OPEN),
    Route("/agenda.ics", agenda.give_calendar, "agenda_calendar", OPEN),
    Route("/agenda/{event}.ics", agenda.give_event, "event_calendar", OPEN),
    Route("/agenda/{event}", agenda.show_event, "event", OPEN),
    Route("/praktijkvoorbeelden", practice.show_examples, "practice_examples", OPEN),
    Route(submit.SUBMIT, submit.show_submit, "submit_example", OPEN),
    Route(submit.SUBMIT, submit.submit, "submit_example_post", OPEN, POST, files=1, megabytes=12),
    Route(submit.CHECK_MAIL, submit.show_check_mail, "submit_check_mail", OPEN),
    Route(CONFIRM_SUBMISSION, submit.show_confirm, "confirm_submission", OPEN),
    Route(CONFIRM_SUBMISSION, submit.confirm, "confirm_submission_post", OPEN, POST),
    Route(OWN, submission.show_submission, "own_submission", OPEN),
    Route(OWN, submission.answer, "answer_submission", OPEN, POST),
    Route(OWN + "/beeld", submission.show_picture, "own_picture", OPEN),
    Route(OWN + "/terugtrekken", submission.show_withdraw, "withdraw_submission", OPEN),
    Route(OWN + "/terugtrekken", submission.withdraw, "withdraw_submission_post", OPEN, POST),
    Route("/beeld/{name}", images.show_picture, "picture", OPEN),
    Route("/praktijkvoorbeelden/{example}", practice.show_example, "practice_example", OPEN),
    Route(field.FIELD, field.show_field, "field", OPEN),
    Route(field.FIELD + "/{partnership}", field.show_partnership, "field_partnership", OPEN),
    Route("/aanmelden", signup.show_sign_up, "sign_up", OPEN),
    Route("/aanmelden", signup.sign_up, "sign_up_post", OPEN, POST),
    Route(signup.CHECK_MAIL, signup.show_check_mail, "check_mail", OPEN),
    Route(signup.EMBED, signup.show_embedded, "embedded", OPEN),
    Route(signup.EMBED, signup.sign_up_embedded, "embedded_post", OPEN, POST),
    Route(signup.EMBED_DONE, signup.show_embedded_done, "embedded_done", OPEN),
    Route(CONFIRM, confirming.show_confirm, "confirm", OPEN),
    Route(CONFIRM, confirming.confirm, "confirm_post", OPEN, POST),
    Route(PREFERENCES, preferences.show_preferences, "preferences", OPEN),
    Route(PREFERENCES, preferences.change_preferences, "preferences_post", OPEN, POST),
    Route(PREFERENCES + "/waarom", why.show_why, "why", OPEN),
    Route(PREFERENCES + "/adres", own_address.show_address, "own_address", OPEN),
    Route(PREFERENCES + "/adres", own_address.ask_address, "ask_address", OPEN, POST),
    Route(PREFERENCES + "/gegevens", own_data.take_everything, "take_everything", OPEN, POST),
    Route(PREFERENCES + "/wissen", own_data.show_erase, "erase", OPEN),
    Route(PREFERENCES + "/wissen", own_data.erase, "erase_post", OPEN, POST),
    Route(MOVE, own_address.show_move, "move_address", OPEN),
    Route(MOVE, own_address.move, "move_address_post", OPEN, POST),
    Route(UNSUBSCRIBE, unsubscribe.show_unsubscribe, "unsubscribe", OPEN),
    Route(UNSUBSCRIBE, unsubscribe.unsubscribe, "unsubscribe_post", OPEN, POST),
    Route("/peiling/{token}", poll.show_poll, "poll", OPEN),
    Route("/peiling/{token}", poll.answer_poll, "poll_post", OPEN, POST),
    Route(TRIAL_LINK, trial_link.show_trial_link, "trial_link", OPEN),
    Route(TRIAL_LINK + "/waarom", trial_link.show_why, "trial_why", OPEN),
    Route(TRIAL_LINK, trial_link.do_nothing, "trial_link_post", OPEN, POST),
    Route("/privacy", privacy.show_privacy, "privacy", OPEN),
)

HALF_WAY: Final = Who.HALF_WAY
READER: Final = Who.READER
IN: Final = Who.EDITOR
APPROVER: Final = Who.APPROVER
ADMINISTRATOR: Final = Who.ADMINISTRATOR
EDITION: Final = "/redactie/edities/{id}"
VERSION: Final = EDITION + "/versies/{revision}"
COMMENT: Final = EDITION + "/opmerkingen/{comment}"
BLOCK: Final = EDITION + "/blokken/{block}"
SOURCE: Final = "/redactie/bronnen/{slug}"
SOURCE_LIST: Final = "/redactie/bronnenlijst"
ITEM: Final = "/redactie/selecteren/{item}"
SENT_IN: Final = SUBMISSIONS + "/{submission}"
PERSON: Final = PEOPLE + "/{user}"
PARTNERSHIP: Final = PARTNERSHIPS + "/{partnership}"
SEGMENT: Final = SEGMENTS + "/{slug}"
MEMBER: Final = MEMBERS + "/{organisation}"
EXAMPLE: Final = EXAMPLES + "/{item}"

DESK_ROUTES: Final[tuple[Route, ...]] = (
    Route("/redactie/inloggen", sign_in.show_sign_in, "sign_in", Who.PUBLIC),
    Route("/redactie/inloggen", sign_in.sign_in, "sign_in_post", Who.PUBLIC, POST),
    Route("/redactie/uitloggen", sign_in.sign_out, "sign_out", HALF_WAY, POST),
    Route(work_account.WORK, work_account.begin, "work_account", OPEN),
    Route(WORK_RETURN, work_account.come_back, "work_account_back", OPEN),
    Route(CODE, second_step.show_code, "code", HALF_WAY),
    Route(CODE, second_step.give_code, "code_post", HALF_WAY, POST),
    Route(SET_UP, second_step.show_set_up, "set_up_step", HALF_WAY),
    Route(SET_UP, second_step.set_up, "set_up_step_post", HALF_WAY, POST),
    Route(UNLOCK + "/{token}", sign_in.show_unlock, "unlock", OPEN),
    Route(UNLOCK + "/{token}", sign_in.unlock, "unlock_post", OPEN, POST),
    Route(password.FORGOTTEN, password.show_forgotten, "forgotten", OPEN),
    Route(password.FORGOTTEN, password.forgotten, "forgotten_post", OPEN, POST),
    Route(RESET + "/{token}", password.show_reset, "reset", OPEN),
    Route(RESET + "/{token}", password.reset, "reset_post", OPEN, POST),
    Route(INVITATION + "/{token}", password.show_invitation, "invitation", OPEN),
    Route(INVITATION + "/{token}", password.accept_invitation, "accept_invitation", OPEN, POST),
    Route("/redactie", home.show_home, "today", READER),
    Route(RESULTS, reports.show_reports, "reports", READER),
    Route(GO_ON, going_on.show_held, "held", READER),
    Route(GO_ON + "/weg", going_on.drop_held, "drop_held", READER, POST),
    Route("/redactie/bezig", account.stay, "stay", READER, POST),
    Route(ACCOUNT, account.show_account, "account", READER),
    Route(ACCOUNT + "/wachtwoord", account.save_password, "save_password", READER, POST),
    Route(ACCOUNT + "/sessies/beeindig", account.end_session, "end_session", READER, POST),
    Route(ACCOUNT + "/sessies/andere", account.end_others, "end_others", READER, POST),
    Route(second_step.OWN, second_step.show_set_up, "own_step", READER),
    Route(second_step.OWN, second_step.set_up, "own_step_post", READER, POST),
    Route(second_step.OWN + "/codes", second_step.renew_codes, "renew_codes", READER, POST),
    Route(second_step.OWN + "/uit", second_step.turn_off, "turn_off_step", READER, POST),
    Route(PEOPLE, people.show_people, "people", ADMINISTRATOR),
    Route(PEOPLE, people.invite, "invite", ADMINISTRATOR, POST),
    Route(PERSON, people.show_person, "person", ADMINISTRATOR),
    Route(PERSON + "/rol", people.change_role, "change_role", ADMINISTRATOR, POST),
    Route(PERSON + "/uit", people.switch_off, "switch_off", ADMINISTRATOR, POST),
    Route(PERSON + "/aan", people.switch_on, "switch_on", ADMINISTRATOR, POST),
    Route(PERSON + "/tweestaps", people.reset_step, "reset_step", ADMINISTRATOR, POST),
    Route(PERSON + "/ontkoppel", people.unlink, "unlink_work", ADMINISTRATOR, POST),
    Route(PERSON + "/uitnodiging", people.invite_again, "invite_again", ADMINISTRATOR, POST),
    Route(PERSON + "/intrekken", people.take_back, "take_back_invitation", ADMINISTRATOR, POST),
    Route("/redactie/selecteren", selecting.show_selecting, "selecting", IN),
    Route("/redactie/selecteren/nieuw", adding.show_adding, "adding", IN),
    Route("/redactie/selecteren/nieuw", adding.add_own, "add_item", IN, POST),
    Route(ITEM + "/opnemen", items.take_item, "take_item", IN, POST),
    Route(ITEM + "/parkeer", items.park_item, "park_item", IN, POST),
    Route(ITEM + "/weiger", items.refuse_item, "refuse_item", IN, POST),
    Route(ITEM + "/terug", items.restore_item, "restore_item", IN, POST),
    Route(ITEM + "/tekst", items.save_words, "save_words", IN, POST),
    Route(ITEM + "/tekst-terug", items.restore_words, "restore_words", IN, POST),
    Route(ITEM + "/wijzig", adding.show_changing, "changing", IN),
    Route(ITEM + "/wijzig", adding.change_own, "change_item", IN, POST),
    Route("/redactie/berichten", selecting.show_old_place, "old_inbox", IN),
    Route("/redactie/berichten/{item}", selecting.show_old_place, "old_item", IN),
    Route("/redactie/edities", editions.show_editions, "editions", IN),
    Route("/redactie/edities", editions.begin_edition, "begin_edition", IN, POST),
    Route(CALENDAR, calendar.show_calendar, "calendar", IN),
    Route(REMINDERS, calendar.choose, "choose_reminders", IN, POST),
    Route(NEWS, account.choose_news, "choose_news", IN, POST),
    Route(CALENDAR + "/{slot}", slot.show_slot, "slot", IN),
    Route(CALENDAR + "/{slot}", slot.choose, "choose_slot", IN, POST),
    Route(CALENDAR + "/{slot}/begin", slot.begin, "begin_slot", IN, POST),
    Route(gallery.GALLERY, gallery.show_gallery, "block_gallery", IN),
    Route(gallery.GALLERY + "/{kind}", gallery.show_block, "block_kind", IN),
    Route(gallery.GALLERY + "/{kind}/voorbeeld", gallery.show_sample_mail, "block_sample", IN),
    Route(EDITION, edition.show_edition, "edition", IN),
    Route(EDITION + "/voorbeeld", mail.show_preview, "preview", IN),
    Route(EDITION + "/proef", trial.show_trial, "trial", IN, POST),
    Route(EDITION + "/weg", editions.discard_edition, "discard", IN, POST),
    Route(EDITION + "/terugzetten", editions.bring_back_edition, "bring_back", IN, POST),
    Route(EDITION + "/kop", blocks.save_head, "save_head", IN, POST),
    Route(EDITION + "/grenzen", bounds.save_bounds, "save_bounds", IN, POST),
    Route(EDITION + "/kop/kanten", own_heads.save_own_heads, "save_own_heads", IN, POST),
    Route(EDITION + "/blokken", blocks.add_block, "add_block", IN, POST),
    Route(BLOCK, edition.show_block, "block", IN),
    Route(BLOCK, blocks.save_block, "save_block", IN, POST, files=1, megabytes=12),
    Route(BLOCK + "/bijeenkomst", occasion.show_occasion, "occasion", IN),
    Route(BLOCK + "/bijeenkomst", occasion.save_occasion, "save_occasion", IN, POST),
    Route(BLOCK + "/volg", blocks.follow_event, "follow_event", IN, POST),
    Route(BLOCK + "/kant", blocks.save_audience, "save_audience", IN, POST),
    Route(BLOCK + "/splits", matrix.split_block, "split_block", IN, POST),
    Route(BLOCK + "/plaats", blocks.move_block, "move_block", IN, POST),
    Route(BLOCK + "/opening", blocks.make_opening, "make_opening", IN, POST),
    Route(BLOCK + "/gewoon", blocks.make_plain, "make_plain", IN, POST),
    Route(BLOCK + "/weg", blocks.drop_block, "drop_block", IN, POST),
    Route(EDITION + "/vast/{kind}/weg", blocks.leave_out, "leave_out", IN, POST),
    Route(EDITION + "/vast/{kind}/terug", blocks.bring_in, "bring_in", IN, POST),
    Route(EDITION + "/verdeling", matrix.show_matrix, "matrix", IN),
    Route(EDITION + "/verdeling", matrix.save_matrix, "save_matrix", IN, POST),
    Route(EDITION + "/verdeling/volgorde", own_order.move_for_side, "move_for_side", IN, POST),
    Route(
        EDITION + "/verdeling/gewone-volgorde",
        own_order.follow_everybody,
        "follow_everybody",
        IN,
        POST,
    ),
    Route(EDITION + "/ongedaan", versions.undo, "undo", IN, POST),
    Route(EDITION + "/opnieuw", versions.redo, "redo", IN, POST),
    Route(EDITION + "/versies", versions.show_versions, "versions", IN),
    Route(VERSION, versions.show_version, "version", IN),
    Route(VERSION + "/terug", versions.restore, "restore_version", IN, POST),
    Route(EDITION + "/bevindingen/laat", review.let_pass, "let_pass", IN, POST),
    Route(EDITION + "/bevindingen/adres", review.take_address, "take_address", IN, POST),
    Route(EDITION + "/bevindingen/datum", review.set_date, "set_date", IN, POST),
    Route(EDITION + "/bevindingen/toon", review.show_again, "show_again", IN, POST),
    Route(EDITION + "/indienen", review.submit, "submit", IN, POST),
    Route(EDITION + "/intrekken", review.withdraw, "withdraw", IN, POST),
    Route(EDITION + "/beoordelen", judging.show_review, "review", IN),
    Route(EDITION + "/opmerkingen", comments.comment, "comment", IN, POST),
    Route(COMMENT + "/antwoord", comments.answer, "answer_comment", IN, POST),
    Route(COMMENT + "/klaar", comments.resolve, "resolve_comment", IN, POST),
    Route(COMMENT + "/open", comments.reopen, "reopen_comment", IN, POST),
    Route(EDITION + "/goedkeuren", review.approve, "approve", APPROVER, POST),
    Route(EDITION + "/terugsturen", review.give_back, "give_back", APPROVER, POST),
    Route(EDITION + "/verzenden", sending.show_sending, "sending", IN),
    Route(EDITION + "/proefmail", trial_mail.show_trial_mail, "trial_mail", IN),
    Route(EDITION + "/proefmail", trial_mail.send_trial_mail, "send_trial_mail", IN, POST),
    Route(EDITION + "/stand", sending.show_standing, "standing", IN),
    Route(EDITION + "/moment", sending.show_moment, "moment_in_words", IN),
    Route(EDITION + "/ander-moment", sending.move_moment, "move_moment", IN, POST),
    Route(EDITION + "/verstuur", sending.send_now, "send_now", IN, POST),
    Route(EDITION + "/inplannen", sending.plan, "plan", IN, POST),
    Route(EDITION + "/terughalen", sending.unplan, "unplan", IN, POST),
    Route(EDITION + "/pauze", sending.pause, "pause", IN, POST),
    Route(EDITION + "/hervat", sending.resume, "resume", IN, POST),
    Route(EDITION + "/onzeker", sending.send_doubtful, "send_doubtful", IN, POST),
    Route(EDITION + "/stop", sending.stop, "stop", IN, POST),
    Route(EDITION + "/resultaat", results.show_result, "result", READER),
    Route(EDITION + "/grootboek", results.give_ledger, "take_ledger", ADMINISTRATOR, POST),
    Route("/redactie/bronnen", sources.show_sources, "sources", IN),
    Route("/redactie/bronnen", sources.follow, "follow", ADMINISTRATOR, POST),
    # Beside the sources, not below them: what a source is called there is for people to choose.
    Route("/redactie/bronnen-zoeken", sources.look_around, "look_around", ADMINISTRATOR, POST),
    Route(SOURCE_LIST, source_list.show_list, "source_list", ADMINISTRATOR),
    Route(SOURCE_LIST, source_list.judge, "judge_list", ADMINISTRATOR, POST, files=1),
    Route(SOURCE_LIST + "/volg", source_list.bring, "bring_list", ADMINISTRATOR, POST),
    Route(SOURCE_LIST + "/bronnen.opml", source_list.give, "give_list", ADMINISTRATOR),
    Route(SOURCE, source.show_source, "source", IN),
    Route(SOURCE, source.save_labels, "save_source", ADMINISTRATOR, POST),
    Route(SOURCE + "/haal", sources.fetch_source, "fetch_source", IN, POST),
    Route(SOURCE + "/uit", source.turn_off, "turn_off_source", ADMINISTRATOR, POST),
    Route(SOURCE + "/aan", source.turn_on, "turn_on_source", ADMINISTRATOR, POST),
    Route(SOURCE + "/zoek", source.search_site, "search_site", ADMINISTRATOR, POST),
    Route(SOURCE + "/adres", source.lead_elsewhere, "lead_source", ADMINISTRATOR, POST),
    Route(SOURCE + "/terug", source.lead_back, "lead_source_back", ADMINISTRATOR, POST),
    Route(SOURCE + "/weg", source.remove, "remove_source", ADMINISTRATOR, POST),
    Route(SUBMISSIONS, submissions.show_submissions, "submissions", IN),
    Route(SENT_IN, submissions.show_submission, "submission", IN),
    Route(SENT_IN, submissions.save, "save_submission", IN, POST),
    Route(SENT_IN + "/voorleggen", submissions.ask, "ask_agreement", IN, POST),
    Route(SENT_IN + "/afwijzen", submissions.decline, "decline_submission", IN, POST),
    Route(SENT_IN + "/plaatsen", submissions.publish, "publish_submission", IN, POST),
    Route(EXAMPLES, examples.show_examples, "own_examples", IN),
    Route(EXAMPLES + "/nieuw", examples.show_new, "new_example", IN),
    Route(EXAMPLES + "/nieuw", examples.add, "add_example", IN, POST, files=1, megabytes=12),
    Route(EXAMPLE, examples.show_example, "own_example", IN),
    Route(EXAMPLE, examples.save, "save_example", IN, POST, files=1, megabytes=12),
    Route(EXAMPLE + "/weg", examples.take_off, "take_off_example", IN, POST),
    Route(EXAMPLE + "/terug", examples.put_back, "put_back_example", IN, POST),
    Route("/redactie/beeld/{name}", examples.show_picture, "any_picture", IN),
    Route("/redactie/abonnees", subscribers.show_subscribers, "subscribers", IN),
    Route(SEGMENTS, segments.show_segments, "segments", IN),
    Route(segments.NEW, segments.show_new, "new_segment", ADMINISTRATOR),
    Route(segments.NEW, segments.make, "add_segment", ADMINISTRATOR, POST),
    Route(segments.COUNT, segments.show_count, "segment_count", ADMINISTRATOR),
    Route(SEGMENT, segments.show_segment, "segment", IN),
    Route(SEGMENT, segments.change, "save_segment", ADMINISTRATOR, POST),
    Route(SEGMENT + "/waarom", segments.ask_why, "ask_segment", ADMINISTRATOR, POST),
    Route(SEGMENT + "/weg", segments.remove, "remove_segment", ADMINISTRATOR, POST),
    Route(SEGMENT + "/terug", segments.put_back, "put_back_segment", ADMINISTRATOR, POST),
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
    Route(log.LOG, log.show_log, "log", IN),
    Route(log.LOG + ".csv", log.give_csv, "log_csv", IN),
    Route(log.LOG + ".json", log.give_json, "log_json", IN),
    Route(ORGANISATION, organisation.show_organisation, "organisation", ADMINISTRATOR),
    Route(
        ORGANISATION,
        organisation.save_organisation,
        "save_organisation",
        ADMINISTRATOR,
        POST,
        files=1,
        megabytes=12,
    ),
    Route(RHYTHM, rhythm.show_rhythm_page, "rhythm", APPROVER),
    Route(RHYTHM, rhythm.save, "save_rhythm", APPROVER, POST),
    Route(RHYTHM + "/ongedaan", rhythm.undo, "undo_rhythm", APPROVER, POST),
    Route(RHYTHM + "/uit", rhythm.turn_off, "turn_off_rhythm", APPROVER, POST),
    Route(RHYTHM + "/aan", rhythm.turn_on, "turn_on_rhythm", APPROVER, POST),
    Route(organisation.SAMPLE, organisation.show_sample, "organisation_sample", ADMINISTRATOR),
)

ROUTES: Final[tuple[Route, ...]] = PUBLIC_ROUTES + DESK_ROUTES
