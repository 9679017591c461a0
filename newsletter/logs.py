"""Logging by structlog, on standard error: sentences for people, or one JSON object a line.

What is logged names editions, sources and counts; never an address, a name or a token. The
libraries' own warnings come out in the same form.
"""

import logging
import sys

import structlog
import structlog.stdlib
import structlog.tracebacks


def configure_logging(kind: str) -> None:
    """Set logging up once per process. kind: "text" or "json".

    Tracebacks name lines, never the values of variables: those hold addresses, tokens, passwords.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if kind == "json":
        last: structlog.types.Processor = structlog.processors.JSONRenderer()
        plain = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        shared.append(structlog.processors.ExceptionRenderer(plain))
    else:
        last = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    _log_libraries(shared, last)


class _StandardError(logging.Handler):
    """Writes to standard error as it is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record as one line."""
        sys.stderr.write(f"{self.format(record)}\n")


def _log_libraries(
    shared: list[structlog.types.Processor], last: structlog.types.Processor
) -> None:
    """Let the libraries, which use Python's own logging, say their warnings as we say ours."""
    handler = _StandardError(logging.WARNING)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    for former in [one for one in root.handlers if isinstance(one, _StandardError)]:
        root.removeHandler(former)
    root.addHandler(handler)
