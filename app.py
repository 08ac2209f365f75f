"""The process: serves the pages and the HTTP API, opens the core at the start and closes it at the end.

streamlit run app.py
"""

import gc
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Thread, current_thread, main_thread
from types import FrameType

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # `streamlit run /elsewhere/app.py` works from any folder, also before an install

import streamlit as st  # noqa: E402
from anyio import to_thread  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import RedirectResponse  # noqa: E402
from starlette.routing import Route  # noqa: E402

from playground import sandbox  # noqa: E402
from playground.api import app as http_api  # noqa: E402
from playground.api.greeting import announce  # noqa: E402
from playground.api.openapi import document  # noqa: E402
from playground.call import Call, Message  # noqa: E402
from playground.errors import PlaygroundError  # noqa: E402
from playground.reach import refusal  # noqa: E402
from playground.runs import shared  # noqa: E402
from playground.settings import Settings  # noqa: E402
from playground.ui.astray import Astray  # noqa: E402
from playground.ui.doorstep import Doorstep  # noqa: E402
from playground.ui.firstpaint import FirstPaint  # noqa: E402
from playground.ui.policy import Policy  # noqa: E402
from playground.ui.wanted import Wanted  # noqa: E402

WARM = ("pandas", "pyarrow", "jsonschema", "genai_prices")
"""What pages need sooner or later: imported here, so that the first visitor does not wait for it."""
LATER = ("plotly.graph_objects", "scipy.stats")
"""The same for maps and scorecards: seconds that the start does not wait for."""
GREETING = Call("chat", "handbook", messages=(Message("user", "What is this?"),))
PAGES = {page.stem for page in (HERE / "pages").glob("*.py")} - {"menu"}
PATHS = ("/v1", "/v1/{rest:path}", "/openapi.json", "/docs")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the core, take the heavy imports out of the garbage collector's way, close the core."""
    await to_thread.run_sync(_warm)
    _announce()
    _stop_runs_on_signals()
    Thread(target=_later, name="later", daemon=True).start()
    try:
        yield
    finally:
        await to_thread.run_sync(shared().close)


def _import(*modules: str) -> None:
    for module in modules:
        import_module(module)
    gc.collect()
    gc.freeze()  # Streamlit collects after every script run: 7 to 11 times slower with these modules in its way


def _later() -> None:
    document(api)  # FastAPI makes its routes when the first request looks for one, and answers nobody for 0.3 s
    _import(*LATER)


def _warm() -> None:
    for _ in shared().providers["local"].answer(GREETING):  # loads the bundled encoder: 1.5 s that the first would wait
        pass
    with suppress(PlaygroundError):  # whoever sends a file will be told
        sandbox.shared().warm()
    _import(*WARM)


def _announce() -> None:
    host = st.get_option("server.address") or "127.0.0.1"
    try:
        announce(shared().settings, f"http://{host}:{st.get_option('server.port')}")
    except PlaygroundError as error:
        sys.stderr.write(f"\n  {error.message}\n\n")


def _stop_runs_on_signals() -> None:
    """Ctrl-C stops live runs at once: the server waits for open answers before it closes, and a model can be slow."""
    if current_thread() is not main_thread():  # a server inside another program: signals are that program's
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        server = signal.getsignal(number)

        def stop(number: int, frame: FrameType | None, server: object = server) -> None:
            Thread(target=shared().stop).start()  # not here: a handler must not wait for a lock
            if callable(server):
                server(number, frame)

        signal.signal(number, stop)


def _stay_at_home() -> None:
    """Under Streamlit's command, which listens where its options say: end the process instead where it may not.

    Under another server those options say nothing; there each connection is looked at (`Doorstep`).
    """
    if "streamlit.web.cli" not in sys.modules:
        return
    try:
        reason = refusal(Settings.load(), st.get_option("server.address") or "")
    except ValueError as error:
        reason = str(error)
    if reason:
        sys.exit(f"\n  {reason}.\n")


def home(request: Request) -> RedirectResponse:
    """The way to Chat by its name: as the page that opens first it stands at the root, with what the address asks."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


_stay_at_home()
api = http_api(shared)
app = st.App(
    HERE / "pages" / "menu.py",
    lifespan=lifespan,
    routes=[*(Route(path, api) for path in PATHS), Route("/chat", home)],
    middleware=[
        Middleware(Doorstep, settings=Settings.load),
        Middleware(Wanted),
        Middleware(Policy),
        Middleware(FirstPaint),
        Middleware(Astray, pages=PAGES, base=(st.get_option("server.baseUrlPath") or "").strip("/")),
    ],
)
