"""Logging by structlog, on standard error: sentences for people, or one JSON object a line.

What is logged names editions, sources and counts; never an address, a name or a token.
"""

import logging
import sys

import structlog
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
