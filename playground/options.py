"""Options: every setting there is, as a row: what it is called, what it does, what holds when it is not set."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the settings table: what it is called, what it does, what holds when it is not set."""

    name: str
    meaning: str
    default: str = ""
    secret: bool = False


TABLE: tuple[Setting, ...] = (
    Setting("PLAYGROUND_DATA_DIR", "Folder for the run history, uploads and the generated API key", "per-user folder"),
    Setting(
        "PLAYGROUND_API_KEYS", "Keys that programs may use, comma separated", "one is made at first start", secret=True
    ),
    Setting(
        "PLAYGROUND_DATABASE_URL",
        "Where runs, cached answers and vectors live: `sqlite:///path`, or `postgresql://user:password@host/database`, "
        "which many servers may share and which needs the extra `postgres`",
        "a file in the data folder",
    ),
    Setting(
        "PLAYGROUND_PLUGINS_DIR",
        "Folder of plugins: a folder for each, or one file in the short form",
        "`plugins` in the data folder",
    ),
    Setting(
        "PLAYGROUND_PLUGINS_TRUSTED",
        "Plugins that are loaded whatever the security scan finds: names or ids, comma separated, or `*`",
    ),
    Setting("PLAYGROUND_PLUGINS_TIMEOUT", "Seconds that a call of a plugin may take before a 504", "60"),
    Setting("PLAYGROUND_PLUGINS_START", "Seconds that a plugin may take to load", "120"),
    Setting("PLAYGROUND_PLUGINS_MEMORY_MB", "Memory that each process of a plugin may write, in MB", "4096"),
    Setting("PLAYGROUND_PLUGINS_PROCESSES", "Most processes of one plugin, each with one call at a time", "2"),
    Setting(
        "PLAYGROUND_RAY_ADDRESS",
        "Address of a Ray cluster that serves the plugins, as `ray.init` takes it; needs the extra `ray`",
        "processes of this machine",
    ),
    Setting(
        "PLAYGROUND_PLUGINS_UPLOADS",
        "`true` lets programs upload, deploy and delete plugins over HTTP: their code runs on this machine",
        "false",
    ),
    Setting(
        "PLAYGROUND_MODELS_DIR",
        "Folder that holds one folder per model: weights that are downloaded, and ONNX text encoders of your own",
        "`models` in the data folder",
    ),
    Setting("PLAYGROUND_MAX_BODY_MB", "Largest request body in MB; larger ones are a 413", "64"),
    Setting(
        "PLAYGROUND_MAX_MEDIA_MB", "Most that the files of one request may have together, in MB; more are a 413", "48"
    ),
    Setting(
        "PLAYGROUND_MEDIA_HOSTS",
        "Hosts that files are fetched from although they are not public, `host` or `host:port`, comma separated",
    ),
    Setting(
        "PLAYGROUND_RATE_LIMIT",
        "Requests a minute for each API key, counted by each server; more are a 429; 0 is no limit",
        "600",
    ),
    Setting(
        "PLAYGROUND_LOGIN_ALLOW",
        "Who may see the pages where `[auth]` in `secrets.toml` sets up a login: emails and `@domains`, comma "
        "separated, or `*` for whomever the login lets in",
        "nobody",
    ),
    Setting(
        "PLAYGROUND_ALLOW_PUBLIC", "`true` lets other machines reach the server although there is no login", "false"
    ),
    Setting("PLAYGROUND_TIMEOUT", "Seconds a provider may stay silent before a 504", "120"),
    Setting("PLAYGROUND_RETRIES", "How often a failed request is sent again, before its first byte", "2"),
    Setting(
        "PLAYGROUND_CACHE_DELTA",
        "Largest share of wrong answers from the cache where a request names none, 0 to 1",
        "0.02",
    ),
    Setting(
        "PLAYGROUND_CACHE_GUARANTEE",
        "Over what that share is kept: `average` over the requests of a namespace, or `per_request`",
        "average",
    ),
    Setting(
        "PLAYGROUND_CACHE_JUDGES",
        "Who compares fresh answers with stored ones, in turn, comma separated: `equal`, `similar`, chat models as "
        "`provider/model`",
        "equal, similar",
    ),
    Setting("PLAYGROUND_CACHE_DAYS", "Days after which a stored answer is stale; 0 is never", "30"),
    Setting(
        "PLAYGROUND_CACHE_SIZE",
        "Most answers stored for a namespace; stale ones go first, then the least recently used",
        "50000",
    ),
    Setting("HF_ENDPOINT", "Address of the hub that weights are downloaded from", "https://huggingface.co"),
    Setting("OPENAI_API_KEY", "Key for OpenAI", secret=True),
    Setting("OPENAI_BASE_URL", "Base URL for OpenAI", "https://api.openai.com/v1"),
    Setting("ANTHROPIC_API_KEY", "Key for Anthropic", secret=True),
    Setting("ANTHROPIC_BASE_URL", "Base URL for Anthropic", "https://api.anthropic.com"),
    Setting("GEMINI_API_KEY", "Key for Google's Gemini API", secret=True),
    Setting("GOOGLE_API_KEY", "The same, and it wins over `GEMINI_API_KEY`", secret=True),
    Setting("GOOGLE_GEMINI_BASE_URL", "Base URL for Google", "https://generativelanguage.googleapis.com"),
    Setting("GOOGLE_CLOUD_PROJECT", "Project of Vertex AI, for Google's `multimodalembedding`"),
    Setting("GOOGLE_CLOUD_LOCATION", "Its region", "us-central1"),
    Setting(
        "GOOGLE_APPLICATION_CREDENTIALS",
        "File of the account that asks Vertex AI; needs the extra `vertex`",
        "gcloud's own",
    ),
    Setting("GOOGLE_VERTEX_BASE_URL", "Base URL for Vertex AI", "the region's"),
    Setting("OPENROUTER_API_KEY", "Key for OpenRouter", secret=True),
    Setting("GROQ_API_KEY", "Key for Groq", secret=True),
    Setting("MISTRAL_API_KEY", "Key for Mistral", secret=True),
    Setting("DEEPSEEK_API_KEY", "Key for DeepSeek", secret=True),
    Setting("TOGETHER_API_KEY", "Key for Together", secret=True),
    Setting("FIREWORKS_API_KEY", "Key for Fireworks", secret=True),
    Setting("XAI_API_KEY", "Key for xAI", secret=True),
    Setting("MIXPEEK_API_KEY", "Key for hosted Mixpeek, or for another playground", secret=True),
    Setting("MIXPEEK_BASE_URL", "Its address", "https://api.mixpeek.com"),
    Setting("MIXPEEK_NAMESPACE", "The namespace there that requests name", "the key's"),
    Setting("OLLAMA_HOST", "Ollama's address, as Ollama itself reads it", "http://127.0.0.1:11434"),
    Setting("LM_STUDIO_BASE_URL", "LM Studio's base URL", "http://127.0.0.1:1234/v1"),
    Setting("LLAMA_CPP_BASE_URL", "Base URL of llama.cpp's server", "http://127.0.0.1:8080/v1"),
    Setting("VLLM_BASE_URL", "Base URL of a vLLM server; offered when set"),
    Setting("VLLM_API_KEY", "Key for it, where it wants one", secret=True),
    Setting("PLAYGROUND_COMPATIBLE_<NAME>_BASE_URL", "Base URL of an OpenAI-compatible server of your own"),
    Setting("PLAYGROUND_COMPATIBLE_<NAME>_API_KEY", "Key for it, where it wants one", secret=True),
)
