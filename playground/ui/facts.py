"""What is known of the model that was picked: what goes in and comes out, how much, for what price, until when."""

from datetime import UTC, date, datetime

import streamlit as st

from playground.call import Modality
from playground.pricing import Price, price
from playground.providers.capabilities import Capability
from playground.providers.catalogue import QUARTER
from playground.ui.attachments.words import ICONS
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.picker import Choice

IN: dict[Modality, str] = {"text": "text", "image": "images", "audio": "audio", "video": "video", "document": "PDF"}
OUT = {"text": "text", "json": "JSON", "vectors": "vectors", "transcript": "transcript"}


def describe(choice: Choice) -> None:
    """Draw one line: ready or what to do, then the facts."""
    if not choice.readiness.ready:
        st.markdown(f":orange-badge[:material/key: Not ready] {quiet(choice.readiness.advice)}")
        return
    badge = ":green-badge[:material/check: Ready]"
    if choice.problem:
        badge = f":orange-badge[:material/warning: Models not listed] {quiet(sentence(choice.problem))}"
    st.markdown(" ".join(filter(None, [badge, quiet(line(choice)), ending(choice)])))


def line(choice: Choice) -> str:
    """The facts, as far as they are known."""
    can = choice.can
    if can is None:
        return ""
    parts = [
        _title(choice),
        flow(can),
        f"{short(can.model.context)} context" if can.model.context else "",
        f"{short(can.model.max_output)} out at most" if can.model.max_output else "",
        f"{can.model.dimensions:,} dimensions" if can.model.dimensions else "",
        _price(price(choice.provider, choice.model), choice.provider),
        f"as of {day(can.as_of)}" if can.as_of else "",
    ]
    return " · ".join(filter(None, parts))


def flow(can: Capability) -> str:
    """`text, images → text, JSON`, each input with its sign."""
    inputs = ", ".join(f":material/{ICONS[each]}: {IN[each]}" for each in can.model.inputs)
    return f"{inputs} → {', '.join(OUT.get(each, each) for each in can.outputs)}"


def ending(choice: Choice, today: date | None = None) -> str:
    """A badge for a model that retires within a quarter or has retired; empty for the others."""
    retires = choice.can.model.retires if choice.can else None
    if retires is None:
        return ""
    today, end = today or datetime.now(UTC).date(), date.fromisoformat(retires)
    if end <= today:
        return f":red-badge[:material/event_busy: Retired on {day(end)}: choose another]"
    if end - today <= QUARTER:
        return f":orange-badge[:material/event_upcoming: Retires on {day(end)}]"
    return quiet(f"· until {day(end)}")


def day(when: date) -> str:
    """`14 Jan 2027`."""
    return f"{when.day} {when:%b %Y}"


def short(count: int) -> str:
    """A large number in three digits: `128K`, `1.05M`; a small one as it is."""
    if count < 1000:
        return str(count)
    return f"{count / 1e6:.3g}M" if count >= 1e6 else f"{count / 1e3:.3g}K"


def _title(choice: Choice) -> str:
    known = choice.known
    if known is None:
        return "Not in the catalogue: sent as it stands"
    return known.note.rstrip(".") or ("" if known.title.casefold() == known.id.casefold() else known.title)


def _price(found: Price | None, provider: str) -> str:
    """The price in words."""
    if found is None:
        return "price unknown"
    if provider == "local":
        return "free, on this machine"
    words = [f"\\${rate:g} {way}" for rate, way in ((found.input, "in"), (found.output, "out")) if rate is not None]
    return f"{', '.join(words)} per million tokens" if words else f"\\${found.minute:g} per minute"
