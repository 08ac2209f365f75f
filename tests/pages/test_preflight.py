"""The strip above a run: what stops it, what it takes; it follows the form and costs nothing in between."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from playground.contract import RawInferenceRequest
from playground.preflight import Preflight, Problem, Range
from playground.runs import Runs
from playground.ui.compare.outlook import line as together
from playground.ui.preflight import line
from tests.pages.test_runs import texts

Page = Callable[..., AppTest]
Core = Callable[[], Runs]


def strip(at: AppTest) -> str:
    """The one line of the page that is the strip."""
    lines = [
        each.value for each in at.markdown if "flight_takeoff" in each.value or "material/block:] :small" in each.value
    ]
    return "\n".join(lines)


def test_chat_says_what_is_missing_and_then_what_it_takes(page: Page, core: Core):
    at = page("chat", chat_provider="OpenAI", chat_model="gpt-4.1")
    assert "OPENAI_API_KEY" in strip(at)
    assert not core().history.count("default")
    at = page("chat", chat_provider="This machine", chat_model="handbook")
    assert "1 token in before your words · free" in strip(at)


def test_it_says_what_has_to_be_mended_first(page: Page, core: Core):
    at = page("chat")
    at.text_area(key="chat_extra").set_value('{"seed": 7,').run()
    assert "More parameters are not JSON" in strip(at)
    at.text_area(key="chat_extra").set_value('{"seed": 7}').run()
    assert "not JSON" not in strip(at)


def test_it_follows_the_form(page: Page, core: Core, environment: Callable[..., None]):
    environment(OPENAI_API_KEY="sk-0123456789", OPENAI_BASE_URL="http://127.0.0.1:9/v1", PLAYGROUND_RETRIES="0")
    at = page("chat", chat_provider="OpenAI", chat_model="gpt-4.1")
    assert "and the answer has no limit" in strip(at)
    at.number_input(key="chat_max_tokens").set_value(1000).run()
    assert "1,000 out at most" in strip(at)
    assert "\\$0.0080" in strip(at), "1,000 tokens at 8 dollars a million"
    at.text_area(key="chat_extra").set_value('{"audio_only": true}').run()
    assert "1,000 out at most" in strip(at)


def test_a_click_that_changes_nothing_asks_nobody(page: Page, core: Core, environment: Callable[..., None]):
    at = page("embeddings")
    at.text_area(key="embeddings_lines").set_value("apple\npear").run()
    [first] = [found for mark, found in [at.session_state["preflight"]["embeddings"]]]
    at.run()
    assert at.session_state["preflight"]["embeddings"][1] is first
    assert "6 of 256 tokens in · free" in strip(at)
    at.text_area(key="embeddings_lines").set_value("word " * 400).run()
    assert "what comes after is cut off" in texts(at)


def test_the_line_names_what_stops_first():
    problems = (
        Problem("not_fetched", "one thing", stops=False),
        Problem("not_ready", "set `KEY`"),
        Problem("parameter_refused", "no `seed`"),
    )
    said = line(Preflight("openai", "m", "chat", problems))
    assert said.startswith(":red[:material/block:] :small[Set `KEY`.] :small[and 1 more: parameter_refused]")
    assert line(Preflight("openai", "m", "chat", problems[:1])).startswith(":orange[")


def test_prices_and_sizes_in_words():
    def said(**fields: object) -> str:
        return line(Preflight("openai", "m", "chat", tokens=Range(10, 20), **fields))

    assert "about 10 to 20 tokens in · price unknown" in said()
    assert "10 of 100 tokens in" in said(exact=True, context=100)
    assert "\\$0.0010 to \\$0.0030" in said(dollars=Range(0.001, 0.003))
    assert "from \\$0.0010, and the answer has no limit" in said(dollars=Range(0.001, None))
    assert "image not counted" in said(uncounted=("image",))
    alike = {"status": "hit", "similarity": 0.94}
    assert "cache: exact, likely similar (94% alike)" in said(cache=({"status": "exact"}, alike))
    assert "cache: learning" in said(cache=({"status": "learning"},))


def test_compare_says_what_all_panes_would_meet(page: Page, core: Core):
    at = page("compare")
    assert "stand here before you run" in strip(at), "no question yet"
    at.text_area(key="compare_chat_prompt").set_value("What is {{x}}?").run()
    assert "stand here before you run" in strip(at), "no value yet"
    at.text_input(key="compare_value_x").set_value("TTFT").run()
    assert "2 panes · 10 tokens in · free · cache: off" in strip(at)
    at.toggle(key="compare_cache").set_value(True).run()
    assert "cache: A likely similar (99% alike), B nothing similar" in strip(at), "the demonstration has answers"
    at = page("compare", compare_chat_B_provider="OpenAI", compare_chat_B_model="gpt-4.1")
    at.text_area(key="compare_chat_prompt").set_value("What is TTFT?").run()
    assert "**B** is not set up." in strip(at), "the pane says how to do it"
    assert not core().history.count("default")


def test_a_comparison_s_line_adds_up_and_names_its_panes():
    def pane(status: str, low: int, **fields: object) -> Preflight:
        of = {"tokens": Range(low, low + 5), "dollars": Range(0.001, 0.002), "cache": ({"status": status},)} | fields
        return Preflight("openai", "m", "chat", **of)

    found = {"A": pane("exact", 10), "B": pane("learning", 20)}
    said = together(found)
    assert "2 panes · about 30 to 40 tokens in · \\$0.0020 to \\$0.0040 · cache: A exact, B learning" in said
    many = together(found, 10)
    assert "10 rows × 2 panes · about 300 to 400 tokens in · \\$0.020 to \\$0.040" in many
    assert "price unknown" in together(found | {"C": pane("miss", 1, dollars=None)})
    refused = {"A": pane("exact", 1), "B": pane("exact", 1, problems=(Problem("not_ready", "set `KEY`"),))}
    assert together(refused).startswith(":red[:material/block:] :small[**B** is not set up.]")


def test_the_request_is_the_one_that_is_sent(page: Page, core: Core):
    """What the strip counted before is what the run counts after."""
    at = page("embeddings")
    at.text_area(key="embeddings_lines").set_value("apple\npear").run()
    found = at.session_state["preflight"]["embeddings"][1]
    request = RawInferenceRequest(provider="local", model="all-minilm-l6-v2", inputs={"texts": ["apple", "pear"]})
    assert core().start(request).wait(60).prompt_tokens == found.tokens.low
