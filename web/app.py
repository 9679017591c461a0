"""The web site and the desk as one ASGI application."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cache
from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.routing import Route as StarletteRoute
from starlette.types import Message as AsgiMessage
from starlette.types import Receive

from newsletter.accounts.sessions import SignedIn, find_session
from newsletter.errors import DatabaseNotReady
from newsletter.learn.sns import Certificates, fetching
from newsletter.wiring import Services, require_database
from storage.errors import StorageError
from web.access import (
    MESSAGE_SECONDS,
    SAFE_METHODS,
    Who,
    is_secure,
    message_cookie,
    require,
    require_own_form,
    session_cookie,
    set_cookie,
    sign,
)
from web.assets import find_asset
from web.errors import BROKEN, UNKNOWN, WRONG_METHOD, FormBroken, FormTooLarge, PageUnknown
from web.explaining import explain, show_error
from web.headers import SecurityHeaders
from web.holding import forget_held
from web.metrics import show_metrics
from web.pages import Call, SeeOther
from web.public.stamps import UsedStamps
from web.route import Route
from web.routes import ROUTES

MEGABYTE: Final = 1024 * 1024
MOST_FIELDS: Final = 1000
LEAST_PACKED: Final = 1000  # bytes; less fits in one packet either way
PACKED: Final = 5  # 66 kB of stylesheet become 14 in 1.5 ms; 9 takes twice as long for 1 % less
DESK: Final = "/redactie"


def create_app(services: Services) -> FastAPI:
    """Return the application; it holds the services and nothing else."""
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # a redirect would take its host from the request
        routes=list(_starlette_routes()),
    )
    app.add_exception_handler(HTTPException, _no_page)
    app.state.services = services
    app.state.paths = frozenset(route.path for route in ROUTES)
    app.state.used_stamps = UsedStamps()
    app.state.certificates = Certificates(fetching(services.fetcher))
    app.add_middleware(GZipMiddleware, minimum_size=LEAST_PACKED, compresslevel=PACKED)
    app.add_middleware(SecurityHeaders, https=is_secure(services.settings), desk=DESK)
    return app


@cache
def _starlette_routes() -> tuple[BaseRoute, ...]:
    """Return every route, for any application: what it works with stands in `app.state`."""
    return (
        StarletteRoute("/healthz", _healthy, name="health"),
        StarletteRoute("/readyz", _ready, name="ready"),
        StarletteRoute("/metrics", _metrics, name="metrics"),
        StarletteRoute("/static/{name:path}", _static, name="static"),
        *(_starlette_route(route) for route in ROUTES),
    )


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _starlette_route(route: Route) -> StarletteRoute:
    async def endpoint(request: Request) -> Response:
        try:
            form, body = await _read_form(request, route), await _read_body(request, route)
        except (FormTooLarge, FormBroken) as error:
            refused: Exception = error
            return await run_in_threadpool(explain, _call(request), route.name, refused)
        except ClientDisconnect:  # nobody is left to answer
            return Response(status_code=400)
        try:
            return await run_in_threadpool(_answer, route, request, form, body)
        finally:
            await form.close()  # a file that came along lies in a temporary place until then

    return StarletteRoute(route.path, endpoint, name=route.name, methods=list(route.methods))


def _answer(route: Route, request: Request, form: FormData, body: bytes) -> Response:
    """Check who asks, let the handler answer, and turn every error into a page."""
    call = replace(_call(request), form=form, body=body)
    try:
        _require_printable(call)
        call = replace(call, services=_services(request).current())
        if route.path.startswith(DESK):
            call = replace(call, user=_signed_in(call))
            _guard(call, route)
        call = replace(call, services=_acting(call))
        response = route.handler(call)
        forget_held(call)
    except Exception as error:  # noqa: BLE001 - the web's last handler
        response = explain(call, route.name, error)
    return _with_message(call, response)


def _call(request: Request) -> Call:
    path = {name: str(value) for name, value in request.path_params.items()}
    services = _services(request).remembered()
    return Call(services, request, None, path, request.query_params, FormData())


def _acting(call: Call) -> Services:
    """Return the services with a database that knows who asks, for the log."""
    at_desk = call.request.url.path.startswith(DESK)
    db = call.services.db.acting(
        by=call.user.user_id if call.user else None, via="" if at_desk else "site"
    )
    return replace(call.services, db=db)


def _signed_in(call: Call) -> SignedIn | None:
    token = call.request.cookies.get(session_cookie(call.services.settings), "")
    # A page that renews itself keeps nobody signed in; a form that a script sends was written.
    is_script = call.request.headers.get("sec-fetch-dest") == "empty"
    is_active = not is_script or call.request.method not in SAFE_METHODS
    db = call.services.db
    return find_session(db, token, now=call.now, is_active=is_active) if token else None


def _require_printable(call: Call) -> None:
    """Raise PageUnknown for an address with a control character: PostgreSQL takes no NUL."""
    for name, value in call.path.items():
        if not value.isprintable():
            raise PageUnknown(name)


def _guard(call: Call, route: Route) -> None:
    require(call.user, route.who)
    if call.request.method not in SAFE_METHODS:
        # The sign-in form is there before anybody is known: only its origin can be checked.
        user = None if route.who is Who.PUBLIC else call.user
        require_own_form(call.request, call.form, user, call.services.settings.base_url)


def _with_message(call: Call, response: Response) -> Response:
    if isinstance(response, SeeOther) and response.message.text:
        settings = call.services.settings
        content = {"text": response.message.text, "undo": response.message.undo}
        value = sign(json.dumps(content), settings.secret_key)
        set_cookie(response, settings, message_cookie(settings), value, age_s=MESSAGE_SECONDS)
    return response


def _no_page(request: Request, error: Exception) -> Response:
    if _names_a_page(request):
        asked = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(request.url.path.rstrip("/") + asked, 308)
    status = error.status_code if isinstance(error, HTTPException) else 500
    shown = {404: UNKNOWN, 405: WRONG_METHOD}.get(status, BROKEN)
    response = show_error(_known(_call(request)), shown)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)  # 405 names what is allowed (RFC 9110 §15.5.6)
    return response


def _names_a_page(request: Request) -> bool:
    """Say whether the address without its last slash is one of ours.

    Its path alone is sent back: a whole address would take its host from the request.
    """
    path = request.url.path
    scope = {**request.scope, "path": path.rstrip("/")}
    if request.method not in SAFE_METHODS or not path.endswith("/") or path.startswith("//"):
        return False
    return any(one.matches(scope)[0] is Match.FULL for one in request.app.router.routes)


def _known(call: Call) -> Call:
    """Return the call with who is signed in, where no route asked for it."""
    if not call.request.url.path.startswith(DESK):
        return call
    try:
        return replace(call, user=_signed_in(call))
    except StorageError:
        return call


async def _read_form(request: Request, route: Route) -> FormData:
    """Read the fields of a POST within their limits. Raises FormTooLarge, FormBroken."""
    if request.method in SAFE_METHODS or route.is_raw:
        return FormData()
    # Without "app" in its scope Starlette gives its own exception instead of a finished answer.
    scope = {key: value for key, value in request.scope.items() if key != "app"}
    try:
        limited = _limited(request.receive, route.megabytes * MEGABYTE)
        return await Request(scope, limited).form(max_fields=MOST_FIELDS, max_files=route.files)
    except MultiPartException as error:
        kind = FormTooLarge if "aximum" in error.message else FormBroken
        raise kind(error.message) from None


async def _read_body(request: Request, route: Route) -> bytes:
    """Read what a program sent, within its limit. Raises FormTooLarge."""
    if not route.is_raw:
        return b""
    limited = _limited(request.receive, route.megabytes * MEGABYTE)
    return await Request(request.scope, limited).body()


def _limited(receive: Receive, largest_bytes: int) -> Callable[[], Awaitable[AsgiMessage]]:
    total = 0

    async def limited() -> AsgiMessage:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > largest_bytes:
            raise FormTooLarge("the body passes its limit")
        return message

    return limited


async def _static(request: Request) -> Response:
    services = _services(request)
    name, asked = request.path_params["name"], request.query_params.get("v")
    asset = find_asset(name, services.remembered().settings.organisation)
    if asset and asked and asked != asset.tag:  # perhaps another process saw new colours
        current = await run_in_threadpool(services.current)
        asset = find_asset(name, current.settings.organisation)
    if asset is None:
        raise HTTPException(404)
    lasting = asked == asset.tag
    cached = "public, max-age=31536000, immutable" if lasting else "public, max-age=300"
    headers = {"Cache-Control": cached, "Content-Type": asset.content_type}
    return Response(asset.body, headers=headers)


async def _healthy(_request: Request) -> Response:
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


async def _ready(request: Request) -> Response:
    """Say whether requests can be answered: the database is there, with today's tables."""
    headers = {"Cache-Control": "no-store"}
    try:
        await run_in_threadpool(require_database, _services(request))
    except (DatabaseNotReady, StorageError):
        return PlainTextResponse("not ready: the database\n", status_code=503, headers=headers)
    return PlainTextResponse("ready\n", headers=headers)


async def _metrics(request: Request) -> Response:
    return await run_in_threadpool(show_metrics, request, _services(request))
