"""What a server's answer about one recipient means. Pure: codes and words in, a class out.

Codes come first (RFC 3463). Words count where a code leaves the question open, and to take back a
"permanent" that the words contradict: some servers say 5.1.1 of a full mailbox. Only words that
cannot mean anything else make a mailbox given up for good.
"""

import re
from typing import Final

from newsletter.learn.returned import BounceClass

NO_MAILBOX: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
ABOUT_SENDER: Final = frozenset({"5.1.7", "5.1.8"})  # the address that is wrong is the sender's
# Codes that servers give for want of a better one: the words decide.
OPEN: Final = frozenset(
    {"", "5.0.0", "5.0.1", "5.1.0", "5.2.0", "5.2.1", "5.3.0", "5.4.0", "5.4.4", "5.4.310"}
    | {"5.5.0", "5.5.2"}
)
ARRIVED: Final = frozenset({"delivered", "relayed", "expanded"})
STATED: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
STATUS: Final = re.compile(r"(?<![\d.v])([45]\.[0-7]\.\d{1,3})(?!\.?\d)")  # in words: no version
CODE: Final = re.compile(r"(?<![\w.:/@-])([45][0-7]\d)(?=[\s:;,)#>-]|$)(?!-\d\d)")


_NAMES: Final = re.compile(r"https?://\S+|[^\s<>\[\]():;,\"']+@[^\s<>\[\]():;,\"']+", re.IGNORECASE)


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_WHO: Final = (
    r"(?:user ?(?:name|id)?|rcpt|recipient(?:'s)?|mail ?box|e-?mail address|address(?:ee)?|account"
    r"|person|alias|destinat(?:ion|aire|ario|ário|ario))"
)
_UNKNOWN_USER: Final = _words(
    rf"\b(?:no such|unknown|invalid|non-?existent|inexistent|unrecogni[sz]ed|bad destination)"
    rf"(?: (?!ip\b|sender|from\b|source|client|return|reverse|envelope|host)\w+){{0,2}}? "
    rf"{_WHO}\b(?! ?agent)",
    r"\b(?:no such|unknown) (?:or illegal|or invalid)? ?(?:local |virtual )?\w*[ -]?part\b",
    r"\bunknown or illegal (?:user|alias)",
    rf"(?<!ip )\b{_WHO}\W+(?:(?!not |again|dns|reverse|ptr)\S+\s+){{0,6}}?"
    r"(?:is |was |are |has been |could |can)?"
    r"(?:un ?known(?! (?:sender|source|client|host|address))"
    r"|not (?:be )?(?:found|known|recogni[sz]ed|listed|valid|a valid|exist|present)"
    r"|not (?:be )?registered"
    r"|not been found|n't be found|n't exist|does ?n[o']t exist|do not exist|doesn.t exist"
    r"|does not have an?|non-?existent|invalid|unrecogni[sz]ed"
    r"|no longer (?:exists?|valid|in use|here|with us|on this server|available|employed|works?))",
    r"\bdoes(?: not|n.t) have an? \S+(?: \S+)? (?:account|mailbox)",
    r"\b(?:is not|isn.t|not) (?:a )?(?:valid|known|existing) (?:mailbox|user|recipient|address"
    r"|e-?mail address|account)",
    r"\bno (?:mail ?box|account|user|recipient|one|person|e-?mail ?box|address)s?(?: \w+)? "
    r"(?:here )?(?:by that name|with that name|of that name|here|at this address|matching"
    r"|available for this)",
    r"\bnot listed in (?:the )?(?:public name|domino|name (?:&|and) address)",
    r"\brecip(?:ient)?_?not_?found\b|\badr\.(?:ex)?recip(?:ient)?notfound",
    r"\bno such (?:\w+ )?(?:here|there)\b|\bunknown to (?:us|this)\b|\bnot our customer\b",
    r"\bnot found in (?:the )?(?:directory|active directory|ldap|recipient table)",
    r"\b(?:address|person)\b.{0,40}\bwasn.t found at\b|\bwasn.t found at\b",
    r"\bdelivery to the following recipients? failed permanently.{0,80}does not exist",
    r"\bmail ?drop (?:is )?unknown|\bunknown mail ?(?:box|drop)",
    r"\badressat\w* unbekannt|\bunbekannte[rns]? (?:benutzer|empf\w+nger\w*|adress\w*|postfach)",
    r"\b(?:empf\w{1,3}nger\w*|benutzer\w*|adress\w*|postfach|mailbox|e-?mail-?adresse|konto)\b"
    r".{0,70}\b(?:existiert nicht|unbekannt|nicht gefunden|nicht bekannt|nicht vorhanden"
    r"|existiert nicht mehr|gibt es nicht)",
    r"\b(?:onbekende?|ongeldige?|geen geldig|niet[- ]bestaande?) (?:\w+ )?(?:gebruiker|ontvanger"
    r"|geadresseerde|adres|e-?mail-?adres|postbus|postvak|mailbox|account)",
    r"\b(?:gebruiker|ontvanger|geadresseerde|adres|e-?mail-?adres|postbus|postvak|mailbox|account)\b"
    r".{0,70}\b(?:onbekend|bestaat niet|niet bestaat|niet gevonden|niet \(meer\)|bestaat (?:\w+ )?"
    r"niet|niet bekend|niet (?:kan |kon )?worden gevonden)",
    r"\b(?:utilisateur|destinataire|adresse|bo[iî]te|compte)\b.{0,70}(?:inconnue?s?\b|n.existe "
    r"(?:pas|plus)|introuvable|non recens|inexistante?|pas \S+ trouv)",
    r"\b(?:usuario|destinatario|direcci\S+n|cuenta|buz\S+n|utente|casella|indirizzo|usu\S+rio"
    r"|conta|endere\S+o)\b.{0,70}(?:desconocid|no existe|inexistente|no encontrad|sconosciut"
    r"|non esiste|non trovat|desconhecid|n\S+o existe|n\S+o encontrad)",
    r"(?:пользовател|получател|адрес|ящик)\w*.{0,70}(?:не найден|не существует|неизвест)"
    r"|неизвестный (?:пользователь|получатель)|такого пользователя нет",
    r"(?:ユーザー?|宛先|宛て先|メールアドレス|受信者|アドレス|メールボックス).{0,60}"
    r"(?:見つかりません|存在しません|存在しない|不明|ありません|登録されていません)",
    r"(?:用户|收件人|邮箱|帐号|账号|地址|收件者).{0,12}(?:不存在|未找到|找不到|无此|無此|不正确)|无此用户",
    r"(?:사용자|수신자|메일|주소).{0,20}(?:존재하지 않|찾을 수 없)",
)
_UNKNOWN_HOST: Final = _words(
    r"\b(?:host|domain|mail server|hostname|domain name|site)s?\b(?: (?!again)\S+){0,5}? "
    r"(?:does ?n[o']t exist|does not exist|doesn.t exist|not found|unknown|non-?existent"
    r"|unresolvable|could not be found|cannot be found|has no mail exchanger|has no mx|not known)",
    r"\b(?:no such|unknown|illegal|invalid|bad|non-?existent) (?:mail )?(?:host|domain)\b",
    r"\billegal host/domain name found",
    r"\bcouldn.t find (?:any|a) (?:host|mail exchanger)|\bnxdomain\b|\bno mx or a record"
    r"|\bnull ?mx\b",
    r"\bunrout(?:e)?able (?:mail )?(?:address|domain)\b|\bunable to route.{0,40}no such host",
    r"\ball relevant mx records point to non-?existent hosts",
    r"\b(?:domein|domeinnaam|host)\b.{0,40}"
    r"\b(?:bestaat niet|niet (?:worden )?gevonden|onbekend)",
    r"\b(?:domain|host|rechner)\b.{0,40}\b(?:existiert nicht|unbekannt|nicht gefunden)",
    r"\bdomaine\b.{0,40}(?:inconnu|n.existe pas|introuvable)",
    r"(?:ドメイン|ホスト).{0,20}(?:見つかりません|存在しません|不明)|(?:域名|主机).{0,10}不存在",
)
_LOOK_UP_AGAIN: Final = _words(r"\bnot found,? (?:please )?try again|\btemporar(?:y|ily)\b")
_LATER: Final = _words(
    r"\b(?:try(?:ing)? again|temporar(?:y|ily)|later|greylist|graylist|will (?:be )?(?:retry"
    r"|retried|continue|keep trying)|deferred|tijdelijk|vor\S+bergehend|temporaire)",
    r"\bs(?:till )?being retried|\bnot (?:yet )?been delivered|\bnoch nicht zugestellt",
)
_FULL: Final = _words(
    r"\b(?:over|exceed\w*|exceeded|out of|above|insufficient|not enough)\b.{0,40}\b(?:quota|storage"
    r"|disk|space|allocation|mail ?box size)",
    r"\b(?:over|above|beyond) (?:its|his|her|their|the) (?:\w+ )?limit",
    r"\bquota\b|\bmail ?box\b.{0,60}\b(?:full|exceeded)|\b(?:in)?box (?:is )?full|\bmail ?box full"
    r"|\bstorage (?:limit|exceeded)|\baccount is full",
    r"\b(?:postbus|postvak|mailbox)\b.{0,30}\bvol\b",
    r"\b(?:postfach|mailbox)\b.{0,40}\b(?:voll|\S+berf\S+llt)",
    r"\bbo[iî]te\b.{0,40}pleine|\bbuz\S+n\b.{0,30}lleno|\bcasella\b.{0,30}piena|容量|满|переполнен",
)
_LATIN_WORD: Final = re.compile(r"(?<![\w.;-])(?!smtp\b)[a-z]{2,}(?![\w-])", re.IGNORECASE)
_OF_READER: Final = _words(
    r"\b(?:user|rcpt|recip|mail ?(?:box|drop)|address|account|person|alias|destinat|customer"
    r"|employ|local|unknown|undeliver|unrout|no such|not found|exist|invalid"
    r"|gebruiker|ontvanger|geadresseerde|(?:e-?mail)?adres|postbus|postvak|onbekend|bestaat"
    r"|empf|benutzer|postfach|konto|unbekannt|utilisateur|bo[iî]te|compte|inconnu"
    r"|usuario|cuenta|direcci|utente|casella|indirizzo|usu\S+rio|conta|endere)",
)
# What is wrong with the message, or on its way: nothing about whether there is such a mailbox.
_NOT_GONE: Final = _words(
    r"\b(?:message|mail|e-?mail)\b.{0,30}\b(?:size|too (?:large|big|long))|\bsize (?:limit|exceed)",
    r"\brelay(?:ing)?\b.{0,30}\b(?:denied|not (?:permitted|allowed)|prohibited)|\baccess denied",
    r"\bhop count|\bmail loop|\bloop(?:s|ing)? (?:detected|back)|\btoo many hops",
    r"\bunverified address|\baddress verification\b|\btoo many\b"
    r"|\b(?:client|sending|your) (?:host(?:name)?|ip|server|domain)\b",
    r"\bmaintenance\b|\binternal (?:server )?error|\bnot connect\b|\bserver is down\b"
    r"|\blook(?:ing)? ?up\b",
    r"\bsuspended\b|\bdisabled\b|\binactive\b|\bnot accepting\b|\btimed? ?out\b",
)
_OURS: Final = _words(
    r"\bspam|unsolicited|\bjunk|black ?list|block ?list|\bblocked (?:by|using|due|because"
    r"|for|from)",
    r"\b(?:rbl|dnsbl|spamhaus|spamcop|sorbs|uceprotect|proofpoint|cloudmark)\b|reputation",
    r"\bdmarc\b|\bspf\b|\bdkim\b|\bauthenticat|unauthenticated|\bnot authori[sz]ed",
    r"\b(?:polic(?:y|ies)|virus|malware|phishing|prohibit\w*|banned|suspicious)\b",
    r"\b(?:message|mail|content|e-?mail)\b(?: \S+){0,3}? (?:rejected|refused|blocked|looks like)"
    r"(?! (?:because|as|since) (?:the )?(?:user|recipient))",
    r"\bsender (?:address )?(?:rejected|denied|blocked|verif|not)|\bverify sender|\bsender verif",
    r"\b(?:return|envelope)[- ](?:path|sender)\b|\bcallback\b|\bbad reverse dns|\bptr\b|\bhelo\b",
    r"(?<!recipient )(?<!address )\bverification failed\b",
    r"\bnot (?:subscribed to|(?:an? )?(?:member|subscriber) of) (?:the|this|that) (?:\w+ )?"
    r"(?:group|list)\b|\bnot (?:allowed|permitted) to (?:post|send|submit)\b",
    r"\bonly (?:\w+ )?(?:members|subscribers|moderators)\b|\bmembers only\b|\bnur mitglieder\b"
    r"|\b(?:alleen|enkel) (?:\w+ )?(?:leden|abonnees)\b",
    r"\bblocked you|\benvelope blocked\b|\bpermission\b|\bgeblokkeerd\b|\bgesperrt\b|\bbloqu",
    r"\b(?:only accepts?|accepts? only) (?:\w+ ){0,2}(?:mail|messages?)\b",
    r"\b(?:(?:not|n't) accept|rejects|refuses) (?:\w+ ){0,2}(?:mail|messages?) from\b",
    r"\brate limit|too many (?:messages|connections|recipients)|\bcomplain(?:ts|ed)\b",
)
_SENDER: Final = (
    r"(?:senders?(?:'s)?|originators?|authors?|afzender\w*|absender\w*|exp[ée]di(?:teur|tion)\w*"
    r"|remitente\w*|mittente\w*)"
)
_NOT_THERE: Final = (
    r"(?:\b(?:unknown|no such|invalid|onbekend|ongeldig|bestaat niet|unbekannt|existiert nicht"
    r"|introuvable|no existe|non esiste)|inconnu|inexistant|n.existe|desconocid|sconosciut"
    r"|(?:not|n't) (?:be )?(?:a )?(?:exist|found|valid|known)"
    r"|\bni(?:et|cht) (?:gevonden|bekend|geldig|bekannt|gefunden|vorhanden))"
)
_SENDER_UNKNOWN: Final = _words(
    r"\b(?:invalid|unknown|no such|non-?existent|bad|unroute?able) (?:\w+ )?"
    r"(?:sender|originator|return|from|reply|bounce)\b",
    r"\byour (?:own )?(?:e-?mail )?(?:address|mail ?box|host|server|ip|domain)\b"
    rf".{{0,60}}{_NOT_THERE}",
    rf"\b(?:return|reply|bounce|envelope)(?:-to)? address\b.{{0,60}}{_NOT_THERE}",
    rf"\byou(?:'re| are| were)? (?:send|sent|mail|writ)\w* from\b.{{0,60}}{_NOT_THERE}",
    r"\b(?:reverse|ptr|rdns|helo|ehlo|client host|sending (?:host|domain|server|account|address))\b"
    rf".{{0,60}}(?:{_NOT_THERE}|\bfail)",
    rf"\b{_SENDER} (?:domain|address|host)\b.{{0,40}}\bfail",
    rf"\b{_SENDER}\b(?:[^,!?.]|\.(?=\S)){{0,60}}(?:{_NOT_THERE}|\bverif|\breject)",
    rf"\b(?:unknown|no such|valid|found|exist)\b.{{0,40}}(?<!to )(?<!to the )\b{_SENDER}\b",
    r"\b(?:mail from|return-?path|from (?:address|domain)|callback|callout)\b.{0,80}"
    rf"(?:{_NOT_THERE}|\bnot resolv|\breject)",
    r"\bverif\w* (?:that )?you\b",
)


def read_status(stated: str, said: str) -> str:
    """Return the status of a report, or a closer one in the server's words than its "5.0.0"."""
    found = STATED.search(stated[:100])
    status = found[1] if found else ""
    if status[1:] in {"", ".0.0"} and (closer := STATUS.search(said)):
        return closer[1]
    return status


def classify(action: str, status: str, said: str) -> BounceClass:
    """Say what a report about one recipient means.

    action: of RFC 3464 §2.3.3, "" when there is none; status: RFC 3463; said: the server's words.
    """
    if action in ARRIVED or (status.startswith("2.") and action != "failed"):
        return BounceClass.NONE
    is_late = action.startswith("delay") or status.startswith("4.")
    if not is_late and not _is_about_sender(status, said) and _is_gone(status, said):
        return BounceClass.PERMANENT
    is_told = action or status or said
    return BounceClass.TEMPORARY if is_told else BounceClass.NONE


def _is_about_sender(status: str, said: str) -> bool:
    return status in ABOUT_SENDER or is_ours(status, said)


def _is_gone(status: str, said: str) -> bool:
    """Say whether there is no such mailbox, and nothing else can be meant."""
    codes, words = set(CODE.findall(said)), _without_names(said)
    if "556" in codes:
        return True
    is_waiting = any(code.startswith("4") for code in codes)
    if is_waiting and not any(code.startswith("5") for code in codes):
        return False
    is_for_now = is_waiting or bool(_FULL.search(words) or _LATER.search(words))
    if status in NO_MAILBOX:
        is_otherwise = is_for_now or _OURS.search(words) or _NOT_GONE.search(words)
        return _is_unknown(words) or not (is_otherwise or _is_about_something_else(words))
    return status in OPEN and not is_for_now and _is_unknown(words)


def _is_unknown(words: str) -> bool:
    is_host_gone = _UNKNOWN_HOST.search(words) and not _LOOK_UP_AGAIN.search(words)
    return bool(_UNKNOWN_USER.search(words) or is_host_gone)


def _is_about_something_else(words: str) -> bool:
    """Say whether words are a sentence in which there is no word for a reader or their address."""
    return len(_LATIN_WORD.findall(words)) > 2 and not _OF_READER.search(words)


def _without_names(said: str) -> str:
    """Leave out what others chose the letters of: an address may be called "unknown"."""
    return _NAMES.sub(" ", said)


def is_ours(status: str, said: str) -> bool:
    """Say whether a refusal is about us, or the message, and not about the reader's mailbox."""
    if status.startswith(("5.6.", "5.7.")):
        return True
    closer = STATUS.findall(said)
    words = _without_names(said)
    if any(one.startswith(("5.6.", "5.7.")) for one in closer) or _SENDER_UNKNOWN.search(words):
        return True
    is_named = status in NO_MAILBOX and _is_unknown(words)
    if is_named or status.startswith(("4.", "2.")) or _FULL.search(words):
        return False
    return bool(_OURS.search(words))


def says_failure(said: str) -> bool:
    """Say whether these words speak of a delivery that failed, or waits."""
    return bool(
        STATUS.search(said)
        or CODE.search(said)
        or any(one.search(said) for one in (_UNKNOWN_USER, _UNKNOWN_HOST, _FULL, _LATER))
        or _FAILED.search(said)
    )


def says_waiting(said: str) -> bool:
    """Say whether these words speak of a delivery that is still being tried."""
    return bool(_LATER.search(said))


_FAILED: Final = _words(
    r"\b(?:could|can|was|were|did)(?: ?not|n.t) (?:be )?(?:deliver|reach|sent|accept|process)\w*",
    r"\b(?:delivery|mail|message|transmission)\b.{0,40}\b(?:fail(?:ed|ure)|error|rejected|refused)",
    r"\bundeliver(?:able|ed)|\bnot delivered|\breject(?:ed|s)\b|\brefused\b|\bfailed\b|\bdisabled\b"
    r"|\binactive\b|\bunreachable\b|\btimed? ?out\b|\bnot accepting\b|\bexpired\b|\bunavailable\b",
    r"\b(?:niet|kon niet|kan niet)\b.{0,30}\b(?:bezorgd|afgeleverd|bereikt|verzonden|besteld)",
    r"\bonbestelbaar|\bunzustellbar|\bnicht\b.{0,40}\b(?:zugestellt|ausgeliefert|\S+bermittelt)",
    r"\bnon (?:remis|distribu|d\S+livr)|n.a pas pu \S+tre",
    r"配信|届け|送信できません|не доставлен|退信",
)
