"""The wire models of `POST /v1/inference`, field for field the OpenAPI document, and the choices it leaves open.

Selector. Exactly one of `provider` with `model`, `inference_name`, `feature_uri`; none or several is a 400 that says
which were given. `gemini` is an alias of `google`.

Plugins. `inference_name` is a plugin's id, `my_text_embedder_1_0_0`, with or without `custom_plugin_` before it;
`feature_uri` names it by name and version (`1.0.0`, `1.0`, `v1` are one version), unless a builtin extractor has that
address. A plugin gets `inputs` and `parameters` as they were sent, unread, and `inputs["vector_index"]` where the
address names an index; addresses of files are not fetched for it. `data` is the dict that it returned, `provider` is
`plugin`, `model` its id. As a model of the provider `plugin` it is asked and answers in the words below. One that fails
is a 500, one that does not come back a 504, one that cannot be loaded a 503; its traceback is never in the body.

Inputs. `prompts` are independent prompts, one answer each. Additions to the document: `messages`
(`[{"role": "user" | "assistant", "content": str}]`) is one conversation whose last message is the user's, and
`system` is the system prompt of `prompts` or `messages`. `text` or `texts` are embedded.

Files. `image_url`, `image_base64`, and the same for `video`, `audio` and `document` (PDF); for several `image_urls`,
`image_base64s` and so on. A `…_url` is an http(s) address or a data URI, a `…_base64` bare base64 or a data URI.
With `prompts` they belong to each prompt, with `messages` to the last one; a user's `content` may also be a list of
parts, `{"type": "text", "text": str}` or `{"type": "image" | "video" | "audio" | "document", "url" | "base64": str}`.
With `text` or `texts`, or without any of these, files are embedded, one vector each after those of the texts; a sound
alone is transcribed, except by a model that only makes embeddings. Texts and files, or files of several kinds, in one
request are a 400 for a model that does not put them into one space. A file is what its bytes say, whatever its name or
label. An address is fetched here unless the provider fetches it itself, and only from the public internet.

Data. Chat: `{"text": str, "finish_reason": str}` for one prompt or a conversation, `{"texts": [str], "finish_reasons":
[str]}` for several, and `"json"` (one value or a list) beside it when a schema was asked for. Embedding:
`{"embedding": [float]}` for `text` or one file, `{"embeddings": [[float]]}` for `texts` or several things, and
`"dimensions"`. Transcription: `{"text", "language", "duration", "segments": [{"start", "end", "text"}]}` and `"words":
[{"start", "end", "word"}]` where the model gives them; times in seconds. A film that is embedded in segments gives
`"embeddings"` in any case and `"segments"` beside it: for each vector `{"start", "end"}` in seconds, null for what is
no film. `"reasoning"` (one string or a list) is beside a chat answer when the provider shows it; `"sources"` when the
model quotes. One that reads the text in images gives `"lines": [{"text", "confidence", "image", "box"}]`, a box as its
four corners in pixels of `"images": [{"width", "height"}]`.

Tokens. `tokens_used` has `prompt`, `completion` and `total`, and `reasoning` or `cached` when the provider says so; it
is null when the provider counts nothing. Counts are the provider's own, never a guess.

Words for all. Beside `temperature`, `max_tokens` and `schema`: `reasoning_effort` (a level), `reasoning_budget`
(tokens), `detail` (how closely images are looked at) and `dimensions` become each provider's own control, or a 400.

Cache. `enable_semantic_cache` is for chat and ignored elsewhere; each prompt and each conversation is looked up by
itself. An answer is reused within one namespace, provider, model (of a plugin: the same code), system prompt, earlier
messages, files, schema and parameters: an exact repeat of the last message at once (at a temperature above 0 too: no
new answer is drawn then), a similar one while the share of wrong answers among the requests of the namespace stays
below `cache_delta`; 0 reuses exact repeats only. `cached` is true when every answer came from the cache; `tokens_used`
counts nothing for those, and they cost nothing. `Cache-Control: no-cache` asks the model and stores its answer anew,
`no-store` leaves the cache alone. What the cache cannot do never fails a request: the model is asked. `X-Cache` says
what became of each prompt, and `GET /v1/runs/{id}` why.

Keys. Unknown top-level keys are ignored. Unknown `parameters` go to the provider untouched; a parameter that the model
is known to refuse is a 400 that names the model's own control. Nothing that was not set is sent, save what a provider
demands (Anthropic's `max_tokens`, the `detail` of an image on OpenAI's Responses).
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class RawInferenceRequest(BaseModel):
    """One request: who answers, with what, how."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    provider: str | None = Field(
        default=None,
        description="Provider name: openai, google, anthropic (required if inference_name not set)",
        examples=["openai", "google", "anthropic"],
    )
    model: str | None = Field(
        default=None,
        description="Model identifier specific to the provider (required if inference_name not set)",
        examples=["gpt-4o-mini", "gemini-1.5-flash", "claude-3-5-sonnet", "text-embedding-3-large", "whisper-1"],
    )
    inference_name: str | None = Field(
        default=None,
        description="Custom plugin inference name (alternative to provider+model)",
        examples=["my_text_embedder_1_0_0", "custom_reranker_2_0_0"],
    )
    feature_uri: str | None = Field(
        default=None,
        description=(
            "Feature URI to resolve to inference_name (alternative to inference_name). "
            "Format: mixpeek://{extractor}@{version}/{vector_index_name}"
        ),
        examples=[
            "mixpeek://text_extractor@v1/multilingual_e5_large_instruct_v1",
            "mixpeek://my_custom_embedder@1.0.0/embedding",
        ],
    )
    inputs: dict[str, Any] = Field(
        description=(
            "Model-specific inputs. Chat: {prompts: [str]}, Embeddings: {text: str} or {texts: [str]}, "
            "Transcription: {audio_url: str}, Vision: {prompts: [str], image_url: str}"
        ),
        examples=[
            {"prompts": ["What is the capital of France?"]},
            {"text": "machine learning"},
            {"audio_url": "https://example.com/audio.mp3"},
        ],
    )
    parameters: dict[str, Any] | None = Field(
        default=None,
        description=(
            "Optional parameters for inference. Common: temperature (float), max_tokens (int), "
            "schema (dict for structured output)"
        ),
        examples=[{"max_tokens": 500, "temperature": 0.7}],
    )
    enable_semantic_cache: bool = Field(
        default=False,
        description=(
            "Enable semantic caching (vCache) for LLM chat operations. When enabled, semantically similar prompts may "
            "return cached responses, reducing latency and cost. Only applies to chat/completion models."
        ),
    )
    cache_delta: float | None = Field(
        default=None,
        ge=0.0,
        le=1.0,
        description=(
            "Maximum error rate for semantic cache (0.0-1.0). Lower values are more conservative. "
            "Default uses system setting (0.02 = 2%)."
        ),
    )


class RawInferenceResponse(BaseModel):
    """One answer and what it took."""

    model_config = ConfigDict(protected_namespaces=())

    data: Any = Field(description="Inference results (structure varies by modality)")
    provider: str = Field(description="Provider that was used")
    model: str = Field(description="Model that was used")
    tokens_used: dict[str, int] | None = Field(
        default=None,
        description="Token usage statistics (if available)",
        examples=[{"completion": 120, "prompt": 15, "total": 135}],
    )
    latency_ms: float = Field(description="Total inference latency in milliseconds")
    cached: bool = Field(default=False, description="Whether the response was served from semantic cache (vCache)")

    def _repr_markdown_(self) -> str:
        from playground.display import markdown

        return markdown(self.data, self.provider, self.model, self.tokens_used, self.latency_ms, cached=self.cached)


class ErrorDetail(BaseModel):
    """What went wrong, for people (`message`) and for programs (`type`, `code`, `details`)."""

    message: str = Field(description="Human-readable error message")
    type: str = Field(description="Stable error type identifier (machine-readable)")
    code: str | None = Field(
        default=None,
        description=(
            "Fine-grained error code for programmatic handling "
            "(e.g., namespace_name_taken, feature_extractor_not_found). "
            "Present only when consumers may need to branch on a specific error condition."
        ),
    )
    details: dict[str, Any] | None = Field(
        default=None, description="Optional structured details to help debugging (validation errors, IDs, etc.)"
    )


class ErrorResponse(BaseModel):
    """The body of every error."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "error": {
                        "details": {"id": "ns_123", "resource": "namespace"},
                        "message": "Namespace not found",
                        "type": "NotFoundError",
                    },
                    "status": 404,
                    "success": False,
                }
            ]
        }
    )

    success: bool = Field(default=False, description="Always false for error responses")
    status: int = Field(description="HTTP status code for this error")
    error: ErrorDetail = Field(description="Error details payload")


class ValidationError(BaseModel):
    """One failing field, in the older of the two shapes that published clients read."""

    loc: list[str | int] = Field(title="Location")
    msg: str = Field(title="Message")
    type: str = Field(title="Error Type")


class HTTPValidationError(BaseModel):
    """The older shape of a 422; ours carries it beside `ErrorResponse`."""

    detail: list[ValidationError] = Field(default_factory=list, title="Detail")
