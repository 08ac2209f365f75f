"""The table of what files each wire takes.

A limit stands here where the vendor states it and going over it fails (vendors' pages as far as they are public,
November 2026: none was tried out); everything else is the provider's to judge. Servers on one's own machine are not
asked to fetch addresses: they would do it from inside one's own network.
"""

from playground.providers.intake import MB, Intake, Kind

_PNG, _JPEG, _WEBP, _GIF = "image/png", "image/jpeg", "image/webp", "image/gif"
_FOUR = (_PNG, _JPEG, _WEBP, _GIF)
_PDF = ("application/pdf",)
_SPOKEN = ("audio/wav", "audio/mpeg")
_LISTENED = ("audio/mpeg", "audio/wav", "audio/flac", "audio/ogg", "audio/mp4", "audio/webm", "video/mp4", "video/webm")

TEXT = Intake()
RESPONSES = Intake({"image": Kind(_FOUR, 500, fetched=True), "document": Kind(_PDF, size=50 * MB, fetched=True)})
CHAT_COMPLETIONS = Intake(
    {"image": Kind(_FOUR, 500, fetched=True), "audio": Kind(_SPOKEN), "document": Kind(_PDF, size=50 * MB)}
)
COMPATIBLE = Intake({"image": Kind(_FOUR), "audio": Kind(_SPOKEN), "document": Kind(_PDF)})
TRANSCRIPTIONS = Intake({"audio": Kind(_LISTENED, 1, 25 * MB)})
ANTHROPIC = Intake(
    {"image": Kind((_PNG, _JPEG, _GIF, _WEBP), 100, 5 * MB, True), "document": Kind(_PDF, size=32 * MB, fetched=True)},
    total=32 * MB,
    encoded=True,
)
GOOGLE = Intake(
    {
        "image": Kind((_PNG, _JPEG, _WEBP, "image/heic"), 3_600, fetched=True),
        "audio": Kind(  # a sound may come in a film's container
            (
                *_SPOKEN,
                "audio/aac",
                "audio/ogg",
                "audio/flac",
                "audio/mp4",
                "audio/webm",
                "audio/aiff",
                "video/mp4",
                "video/webm",
            ),
            fetched=True,
        ),
        "video": Kind(("video/mp4", "video/quicktime", "video/webm", "video/mpeg"), fetched=True),
        "document": Kind(_PDF, size=50 * MB, fetched=True),
    },
    total=100 * MB,
    typed=True,
)
GEMINI_EMBEDDING = Intake(
    {
        "image": Kind((_PNG, _JPEG)),
        "audio": Kind(_SPOKEN),
        "video": Kind(("video/mp4", "video/quicktime")),
        "document": Kind(_PDF),
    }
)
VERTEX = Intake(
    {"image": Kind((_PNG, _JPEG, _GIF), size=20 * MB), "video": Kind(("video/mp4", "video/quicktime", "video/webm"))}
)
MIXPEEK = Intake(
    {
        "image": Kind(_FOUR, fetched=True),
        "audio": Kind((*_LISTENED, "audio/aac", "audio/aiff"), fetched=True),
        "video": Kind(("video/mp4", "video/quicktime", "video/webm", "video/mpeg"), fetched=True),
        "document": Kind(_PDF, fetched=True),
    }
)
OLLAMA = Intake({"image": Kind((_PNG, _JPEG, _WEBP))})
LM_STUDIO = OLLAMA
LLAMA_CPP = Intake({"image": Kind((_PNG, _JPEG, _GIF)), "audio": Kind((*_SPOKEN, "audio/flac"))})
VLLM = Intake(
    {
        "image": Kind(_FOUR),
        "audio": Kind((*_SPOKEN, "audio/flac", "audio/ogg")),
        "video": Kind(("video/mp4", "video/webm", "video/quicktime")),
    }
)
OPENROUTER = Intake(
    {
        "image": Kind(_FOUR, fetched=True),
        "audio": Kind((*_SPOKEN, "audio/aac", "audio/ogg", "audio/flac", "audio/mp4")),
        "video": Kind(("video/mp4", "video/quicktime", "video/webm")),
        "document": Kind(_PDF),
    }
)
GROQ = Intake({"image": Kind(_FOUR, 5, fetched=True)}, total=4 * MB, encoded=True)
MISTRAL = Intake({"image": Kind(_FOUR, 8, 10 * MB, True)})
TOGETHER = Intake({"image": Kind(_FOUR, fetched=True)})
FIREWORKS = Intake({"image": Kind((_PNG, _JPEG, _GIF), 30, fetched=True)}, total=10 * MB, encoded=True)
LOCAL = Intake({"image": Kind((_PNG, _JPEG, _WEBP, _GIF, "image/avif"))})
XAI = Intake({"image": Kind((_PNG, _JPEG), size=20 * MB, fetched=True)})
