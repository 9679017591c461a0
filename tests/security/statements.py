"""Pieces of SQL that somebody might type, in the quoting of each database we know: ours."""

from typing import Final

CLOSINGS: Final = ("'", '"', "')", '")', "'))", "%27", "1", "")
TAILS: Final = (
    " OR 1=1 --",
    " OR '1'='1",
    " AND 1=2 UNION SELECT email FROM subscriber --",
    " UNION SELECT 1,2,3,4,5,6 FROM sqlite_master --",
    "; DROP TABLE subscriber; --",
    "; UPDATE user_account SET role='administrator' --",
    "; DELETE FROM log_entry WHERE 1=1 --",
    " OR (SELECT length(hex(randomblob(300000000)))) > 0 --",
    " AND pg_sleep(10) IS NULL --",
    " OR EXISTS (SELECT 1 FROM user_account WHERE password LIKE '$argon2%') --",
    " ORDER BY 999 --",
    "/**/OR/**/1=1#",
)
ALONE: Final = (
    "id; SELECT 1", "(SELECT 1)", "CASE WHEN 1=1 THEN title ELSE id END", "title DESC, (SELECT 1)",
    "1 LIMIT 0", "NULL", "%", "_", "%%%%%%%%", "\\", "'", "''", "';", "--", "/*", "*/", "0x27",
    "char(39)",
    "1e309", "-1", "99999999999999999999", "'||(SELECT email FROM subscriber LIMIT 1)||'",
    "'; ATTACH DATABASE '/nergens/x.db' AS x; --", "' AND load_extension('x') --", "$$;SELECT 1;$$",
    "E'\\047'", ":id", "?1", "%(id)s", "%s", "{id}", "\x00' OR 1=1", "' OR 1=1\n--",
)  # fmt: skip
STATEMENTS: Final = tuple(
    f"{closing}{tail}" for closing in CLOSINGS for tail in TAILS
) + ALONE  # fmt: skip
