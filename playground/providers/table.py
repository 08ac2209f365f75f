"""Who can be asked over HTTP: one row per provider. To add an OpenAI-compatible server, add its row."""

from playground.providers import anthropic, gemini_embeddings, google, intakes, kinds, mixpeek, transcriptions, vertex
from playground.providers.chat_completions import ChatCompletions
from playground.providers.dictation import Dictation
from playground.providers.intake import Intake
from playground.providers.openai import TwoWires
from playground.providers.row import Choose, Row, always
from playground.settings import Settings


def _chat(intake: Intake) -> Choose:
    return always(ChatCompletions(intake=intake))


def _heard(intake: Intake) -> Choose:
    """Transcription by a chat that hears, save by models whose names say that they are made for transcription."""
    chat = Dictation(ChatCompletions(intake=intake))
    return lambda call, target: transcriptions if kinds.tasks(call.model) == ("transcription",) else chat  # noqa: ARG005


ROWS: tuple[Row, ...] = (
    Row(
        "openai",
        "OpenAI",
        "https://api.openai.com/v1",
        "OPENAI_BASE_URL",
        ("OPENAI_API_KEY",),
        "https://platform.openai.com/api-keys",
        chat=TwoWires(),
    ),
    Row(
        "anthropic",
        "Anthropic",
        "https://api.anthropic.com",
        "ANTHROPIC_BASE_URL",
        ("ANTHROPIC_API_KEY",),
        "https://platform.claude.com/settings/keys",
        chat=always(anthropic),
        embedding=None,
        transcription=None,
        listing=anthropic,
        versioned=False,
    ),
    Row(
        "google",
        "Google",
        "https://generativelanguage.googleapis.com",
        "GOOGLE_GEMINI_BASE_URL",
        ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
        "https://aistudio.google.com/apikey",
        chat=always(google),
        embedding=lambda call, target: vertex if vertex.holds(call.model) else gemini_embeddings,  # noqa: ARG005
        transcription=always(Dictation(google)),
        listing=google,
        versioned=False,
        apart=vertex.holds,
        batch=100,
    ),
    Row(
        "mixpeek",
        "Mixpeek",
        "https://api.mixpeek.com",
        "MIXPEEK_BASE_URL",
        ("MIXPEEK_API_KEY",),
        "https://studio.mixpeek.com",
        chat=always(mixpeek),
        embedding=always(mixpeek),
        transcription=always(mixpeek),
        listing=mixpeek,
        namespace="MIXPEEK_NAMESPACE",
        batch=256,
    ),
    Row(
        "ollama",
        "Ollama",
        "http://127.0.0.1:11434",
        "OLLAMA_HOST",
        start="run `ollama serve`",
        chat=_chat(intakes.OLLAMA),
        port=11434,
    ),
    Row(
        "lm-studio",
        "LM Studio",
        "http://127.0.0.1:1234/v1",
        "LM_STUDIO_BASE_URL",
        start="start the server in its Developer page, or run `lms server start`",
        chat=_chat(intakes.LM_STUDIO),
    ),
    Row(
        "llama-cpp",
        "llama.cpp",
        "http://127.0.0.1:8080/v1",
        "LLAMA_CPP_BASE_URL",
        start="run `llama-server -m <model.gguf>`",
        chat=_chat(intakes.LLAMA_CPP),
        transcription=_heard(intakes.LLAMA_CPP),
    ),
    Row(
        "vllm",
        "vLLM",
        "",
        "VLLM_BASE_URL",
        ("VLLM_API_KEY",),
        start="run `vllm serve <model>`",
        chat=_chat(intakes.VLLM),
    ),
    Row(
        "openrouter",
        "OpenRouter",
        "https://openrouter.ai/api/v1",
        keys=("OPENROUTER_API_KEY",),
        key_page="https://openrouter.ai/settings/keys",
        key_path="/key",
        chat=_chat(intakes.OPENROUTER),
        transcription=_heard(intakes.OPENROUTER),
    ),
    Row(
        "groq",
        "Groq",
        "https://api.groq.com/openai/v1",
        keys=("GROQ_API_KEY",),
        key_page="https://console.groq.com/keys",
        chat=_chat(intakes.GROQ),
    ),
    Row(
        "mistral",
        "Mistral",
        "https://api.mistral.ai/v1",
        keys=("MISTRAL_API_KEY",),
        key_page="https://console.mistral.ai/api-keys",
        chat=always(ChatCompletions(names={"seed": "random_seed"}, counts_streams=False, intake=intakes.MISTRAL)),
    ),
    Row(
        "deepseek",
        "DeepSeek",
        "https://api.deepseek.com/v1",
        keys=("DEEPSEEK_API_KEY",),
        key_page="https://platform.deepseek.com/api_keys",
        chat=always(ChatCompletions(obeys_schema=False, intake=intakes.TEXT)),
        embedding=None,
        transcription=None,
    ),
    Row(
        "together",
        "Together",
        "https://api.together.xyz/v1",
        keys=("TOGETHER_API_KEY",),
        key_page="https://api.together.ai/settings/api-keys",
        chat=_chat(intakes.TOGETHER),
    ),
    Row(
        "fireworks",
        "Fireworks",
        "https://api.fireworks.ai/inference/v1",
        keys=("FIREWORKS_API_KEY",),
        key_page="https://app.fireworks.ai/settings/users/api-keys",
        chat=_chat(intakes.FIREWORKS),
        transcription=None,  # its sound models live on hosts of their own
    ),
    Row(
        "xai",
        "xAI",
        "https://api.x.ai/v1",
        keys=("XAI_API_KEY",),
        key_page="https://console.x.ai",
        chat=_chat(intakes.XAI),
    ),
)

_TAKEN = {"local", "plugin", "gemini", *(row.name for row in ROWS)}


def rows(settings: Settings) -> tuple[Row, ...]:
    """Every row, the person's own servers last. Raises ValueError for one that takes another provider's name."""
    return (*ROWS, *map(_own, settings.compatible))


def _own(setting: str) -> Row:
    prefix, name = f"PLAYGROUND_COMPATIBLE_{setting}", setting.lower().replace("_", "-")
    if name in _TAKEN:
        raise ValueError(
            f"`{prefix}_BASE_URL` names a server `{name}`, and that is a provider's name already; choose another"
        )
    return Row(name, name, "", f"{prefix}_BASE_URL", (f"{prefix}_API_KEY",), start="start it")
