"""The little styling that the theme cannot say; only classes of our own keys."""

from pathlib import Path

import streamlit as st


def apply() -> None:
    """Put the stylesheet on the page; once per page, by the frame."""
    st.html(Path(__file__).with_name("look.css"))


def quiet(text: str) -> str:
    """Markdown for what stands beside the matter: small and grey, with a contrast that captions do not reach."""
    return f":small[:gray[{text}]]"


def note(text: str, icon: str = "info") -> str:
    """Markdown for a sentence that stands where something else would: nothing found yet, everything done."""
    return f":gray[:material/{icon}:] {text}"


def to_the_end(token: str, *, within: int) -> None:
    """Bring the end of the page into view, once per `token`, for who is no more than `within` pixels away from it.

    Streamlit follows the end by itself only for who was there when it moved.
    """
    script = _TO_THE_END.replace("token", token).replace("within", str(within))
    st.html(script, unsafe_allow_javascript=True)


def from_the_top() -> None:
    """Begin at the top of a page that Streamlit would open at its end: one with a chat input and nothing said yet."""
    st.html(_FROM_THE_TOP, unsafe_allow_javascript=True)


def keep_draft(key: str, after: str) -> None:
    """Keep what is being typed into the chat input or text area `key` in the browser, over other pages and a reload.

    It is dropped when `after`, what it follows upon, has changed: it was sent.
    """
    st.html(_KEEP.replace("%key%", key).replace("%after%", after), unsafe_allow_javascript=True)


_KEEP = """\
<script>
/* %key% %after% */
(function keep(tries) {
  const box = document.querySelector(".st-key-%key% textarea");
  if (!box) return tries ? void setTimeout(keep, 100, tries - 1) : undefined;
  const held = JSON.parse(sessionStorage.getItem("draft-%key%") || "null");
  const area = box.closest('[data-testid="stTextArea"]');  // holds the text that was sent, too
  if (held && held.after === "%after%" && (area ? box.value !== held.text : !box.value)) {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, held.text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    if (area) box.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));  // tells the server
  } else if (held && held.after !== "%after%") sessionStorage.removeItem("draft-%key%");
  box.oninput = () => sessionStorage.setItem("draft-%key%", JSON.stringify({ after: "%after%", text: box.value }));
})(30);
</script>"""

# Several times: Streamlit goes on following the end once it has seen two scrolls there at the same height.
_TO_THE_END = """\
<script>
/* token */
for (const wait of [80, 240, 400, 800]) setTimeout(() => {
  const page = document.querySelector('[data-testid="stAppScrollToBottomContainer"]');
  if (!page || page.scrollHeight - page.offsetHeight - page.scrollTop > within) return;
  page.scrollTop = page.scrollHeight;
  page.dispatchEvent(new Event("scroll"));
}, wait);
</script>"""

# As often as Streamlit looks for the end of a page that is being drawn; whoever touches it first is left alone.
_FROM_THE_TOP = """\
<script>
(function up(tries, touched) {
  for (const kind of ["wheel", "touchstart", "keydown", "pointerdown"])
    addEventListener(kind, () => (touched = true), { once: true, passive: true });
  (function step() {
    const page = document.querySelector('[data-testid="stAppScrollToBottomContainer"]');
    if (touched || tries-- < 1) return;
    if (page && page.scrollTop) { page.scrollTop = 0; page.dispatchEvent(new Event("scroll")); }
    setTimeout(step, 100);
  })();
})(50, false);
</script>"""
