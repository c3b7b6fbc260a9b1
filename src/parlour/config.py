"""Every setting: its name, kind, default and meaning stand together, and nowhere else."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parlour import kinds
from parlour.kinds import Rates, address, addresses, byte_count, database, decimal, one_of, rates, setting, whole


def _models(name: str, help: str) -> Any:
    return setting(name, kinds.names, kinds.Names(), help, kind="names of models, with commas")


_RATES = "a minute/an hour/a day"
_STRATEGIES = ("adaptive", "round_robin", "least_connections", "response_time")
_GUESTS, _USERS, _ADMINS = Rates(5, 30, 100), Rates(15, 200, 1_000), Rates(100, 2_000, 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this server is set up. Made by `environment.read_settings`; tests make their own."""

    host: str = setting("PARLOUR_HOST", str, "127.0.0.1", "The address to listen on.")
    port: int = setting(
        "PARLOUR_PORT", whole(0, 65535), 8000, "The port to listen on; 0 takes any that is free.", kind="0 to 65535"
    )
    public_url: str = setting(
        "PARLOUR_PUBLIC_URL", address, "", "Where people reach it, if not at host and port: behind a proxy.", kind="URL"
    )
    data_dir: Path = setting(  # noqa: RUF009 - a Path never changes
        "PARLOUR_DATA_DIR", Path, Path("data"), "The folder that holds everything Parlour keeps.", kind="folder"
    )
    key_file: str = setting(
        "PARLOUR_KEY_FILE",
        str,
        "",
        "The file with the master key that keys of providers are sealed under; by default `parlour.key` in the data "
        "folder, made when the first is sealed.",
        kind="file",
    )
    database_url: str = setting(
        "DATABASE_URL",
        database,
        "",
        "`postgresql://user:password@host/name`, or `sqlite:///path`; by default a SQLite file in the data folder.",
        kind="a URL of sqlite or postgresql",
        secret=True,
    )
    node_lease_seconds: float = setting(
        "PARLOUR_NODE_LEASE",
        decimal(0.5),
        5.0,
        "How long one of several servers may be silent before the others take over what it did.",
        kind="seconds",
    )
    backups_kept: int = setting(
        "PARLOUR_BACKUPS_KEPT",
        whole(0, 1_000),
        5,
        "How many of the backups that are made before an update changes the tables are kept, in `backups` of the data "
        "folder; with 0 none is made.",
        kind="0 to 1000",
    )
    environment: str = setting(
        "ENVIRONMENT",
        one_of("development", "production", "test"),
        "development",
        "In production, secrets that are placeholders stop the start.",
        kind="development, production or test",
    )
    trusted_proxies: str = setting(
        "PARLOUR_TRUSTED_PROXIES",
        addresses,
        "",
        "Addresses or networks, separated by commas, of proxies whose X-Forwarded-For and -Proto are believed.",
        kind="addresses",
    )
    passwords_at_once: int = setting(
        "PARLOUR_PASSWORDS_AT_ONCE",
        whole(1, 64),
        2,
        "How many passwords are checked at a time; each takes a core and 64 MiB for a tenth of a second.",
        kind="1 to 64",
    )
    log_level: str = setting(
        "LOG_LEVEL",
        one_of("debug", "info", "warning", "error"),
        "info",
        "The least important lines that are logged.",
        kind="debug, info, warning or error",
    )
    log_format: str = setting(
        "LOG_FORMAT", one_of("text", "json"), "text", "Lines for people, or JSON for programs.", kind="text or json"
    )

    openai_api_key: str = setting(
        "OPENAI_API_KEY", str, "", "The key for OpenAI, or for whatever answers at OPENAI_BASE_URL.", secret=True
    )
    openai_base_url: str = setting(
        "OPENAI_BASE_URL",
        address,
        "",
        "Any server that speaks OpenAI's Chat Completions; empty means OpenAI itself, if there is a key.",
        kind="URL",
    )
    openai_model: str = setting("OPENAI_MODEL", str, "gpt-4o-mini", "The model to ask there.")
    ollama_base_url: str = setting(
        "OLLAMA_BASE_URL", address, "", "Where Ollama answers, such as `http://localhost:11434`.", kind="URL"
    )
    ollama_model: str = setting("OLLAMA_MODEL", str, "llama3.2", "The model to ask there.")
    anthropic_api_key: str = setting("ANTHROPIC_API_KEY", str, "", "The key for Anthropic; an extra.", secret=True)
    anthropic_base_url: str = setting("ANTHROPIC_BASE_URL", address, "", "Another server of its format.", kind="URL")
    anthropic_model: str = setting(
        "ANTHROPIC_MODEL", str, "", "The only model to ask there; by default a Haiku, a Sonnet and an Opus, as tiers."
    )
    google_api_key: str = setting("GOOGLE_API_KEY", str, "", "The key for Google's Gemini; an extra.", secret=True)
    google_model: str = setting("GOOGLE_MODEL", str, "gemini-3.8-flash", "The model to ask there.")
    mistral_api_key: str = setting("MISTRAL_API_KEY", str, "", "The key for Mistral; an extra.", secret=True)
    mistral_model: str = setting("MISTRAL_MODEL", str, "mistral-large-latest", "The model to ask there.")
    ai_timeout: float = setting(
        "AI_TIMEOUT", decimal(0.1), 30.0, "Seconds a model may be silent before it counts as gone.", kind="seconds"
    )
    ai_max_tokens: int = setting(
        "AI_MAX_TOKENS", whole(1), 4096, "The longest answer of one step, whatever anybody chose.", kind="tokens"
    )
    ai_model_windows: kinds.Sizes = setting(  # noqa: RUF009 - a tuple never changes
        "AI_MODEL_WINDOWS", kinds.sizes, kinds.Sizes(), "Tokens a model takes: `ollama/qwen3=32768, mine=16384`."
    )
    ai_temperature: float = setting(
        "AI_TEMPERATURE", decimal(0, 2), 0.1, "How freely a model that has tools chooses its words.", kind="0 to 2"
    )
    ai_default_model: str = setting(
        "AI_DEFAULT_MODEL",
        str,
        "",
        "Who answers where nobody else is asked for, until an admin chooses: a model or a tier.",
        kind="name of a model, fast, balanced, strong or auto",
    )
    ai_fast_models: tuple[str, ...] = _models("AI_FAST_MODELS", "Who answers what is simple, where speed is preferred.")
    ai_balanced_models: tuple[str, ...] = _models("AI_BALANCED_MODELS", "Who answers what is neither simple nor hard.")
    ai_strong_models: tuple[str, ...] = _models("AI_STRONG_MODELS", "Who answers what is hard.")
    ai_fallback_models: tuple[str, ...] = _models("AI_FALLBACK_MODELS", "Who answers when others could not, in order.")
    ai_balancing: str = setting(
        "AI_BALANCING",
        one_of(*_STRATEGIES),
        "adaptive",
        "Who of several models that can answer is asked.",
        kind=" or ".join(_STRATEGIES),
    )
    ai_max_connections: int = setting(
        "AI_MAX_CONNECTIONS", whole(1, 10_000), 1_000, "How many answers one model may write at a time.", kind="answers"
    )
    ai_wait_for_room: float = setting(
        "AI_WAIT_FOR_ROOM", decimal(0), 30.0, "How long an answer waits for a busy model; 0: never.", kind="seconds"
    )

    prices_file: str = setting(
        "PARLOUR_PRICES",
        str,
        "",
        "A TOML file with prices of your own, in US dollars for a million tokens; they stand before the public ones.",
        kind="file",
    )

    chat_max_message_chars: int = setting(
        "CHAT_MAX_MESSAGE_CHARS", whole(1), 50_000, "The longest message a person may send.", kind="characters"
    )
    chat_context_tokens: int = setting(
        "CHAT_CONTEXT_TOKENS", whole(256), 8_000, "How much of a conversation a model gets to see.", kind="tokens"
    )
    chat_context_window: int = setting(
        "CHAT_CONTEXT_WINDOW", whole(1), 50, "How many of its last messages a model gets to see.", kind="messages"
    )
    chat_messages_guest: Rates = setting(  # noqa: RUF009 - numbers never change
        "CHAT_MESSAGES_GUEST", rates, _GUESTS, "How many questions a guest may ask; 0 is no limit.", kind=_RATES
    )
    chat_messages_user: Rates = setting(  # noqa: RUF009 - numbers never change
        "CHAT_MESSAGES_USER",
        rates,
        _USERS,
        "How many questions a user or a moderator may ask; 0 is no limit.",
        kind=_RATES,
    )
    chat_messages_admin: Rates = setting(  # noqa: RUF009 - numbers never change
        "CHAT_MESSAGES_ADMIN",
        rates,
        _ADMINS,
        "How many questions an admin may ask; 0 is no limit.",
        kind=_RATES,
    )
    chat_conversations_guest: int = setting(
        "CHAT_CONVERSATIONS_GUEST",
        whole(0),
        1,
        "How many conversations a guest may have had within an hour; 0 is no limit.",
        kind="conversations",
    )
    chat_conversations_user: int = setting(
        "CHAT_CONVERSATIONS_USER",
        whole(0),
        3,
        "How many conversations a user or a moderator may have had within an hour; 0 is no limit.",
        kind="conversations",
    )
    chat_conversations_admin: int = setting(
        "CHAT_CONVERSATIONS_ADMIN",
        whole(0),
        10,
        "How many conversations an admin may have had within an hour; 0 is no limit.",
        kind="conversations",
    )
    chat_rate_limit: int = setting(
        "CHAT_RATE_LIMIT",
        whole(0),
        60,
        "How many messages a connection may send within a minute, heartbeats not counted; 0 is no limit.",
        kind="messages",
    )
    turn_max_steps: int = setting(
        "TURN_MAX_STEPS", whole(1), 16, "How often a model may be asked for one answer.", kind="steps"
    )
    turn_max_seconds: float = setting(
        "TURN_MAX_SECONDS", decimal(1), 600.0, "How long one answer may take, approvals not counted.", kind="seconds"
    )
    turn_max_output_chars: int = setting(
        "TURN_MAX_OUTPUT_CHARS", whole(1), 1_000_000, "The longest whole answer.", kind="characters"
    )
    tool_calls_at_once: int = setting(
        "TOOL_CALLS_AT_ONCE", whole(1), 32, "How many calls of one tool a server runs at a time.", kind="calls"
    )
    tool_cache_entries: int = setting(
        "TOOL_CACHE_ENTRIES", whole(0), 1_000, "How many results of tools are kept to be told again.", kind="results"
    )
    answer_cache_entries: int = setting(
        "ANSWER_CACHE_ENTRIES", whole(0), 2_000, "How many answers of models are kept to be told again.", kind="answers"
    )
    answer_cache_seconds: float = setting(
        "ANSWER_CACHE_SECONDS", decimal(1), 300.0, "For how long they may be told again.", kind="seconds"
    )
    answer_cache_searched_seconds: float = setting(
        "ANSWER_CACHE_SEARCHED_SECONDS", decimal(1), 1_800.0, "The same where tools were asked.", kind="seconds"
    )
    approval_expires_hours: int = setting(
        "APPROVAL_EXPIRES_HOURS",
        whole(1),
        24,
        "How long a change waits for a person's word before it counts as denied.",
        kind="hours",
    )

    datasource_folder: str = setting(
        "DATASOURCE_FOLDER",
        str,
        "",
        "The folder with the files that datasources may name; by default `datasources` in the data folder.",
        kind="folder",
    )
    datasource_rows: int = setting(
        "DATASOURCE_ROWS", whole(1, 100_000), 1_000, "How many rows are read of one query.", kind="rows"
    )
    datasource_bytes: int = setting(
        "DATASOURCE_BYTES", whole(1_024, 200_000), 131_072, "How much is read of one query.", kind="1024 to 200000"
    )
    datasource_timeout: float = setting(
        "DATASOURCE_TIMEOUT", decimal(0.1, 90), 20.0, "How long a database may take for a statement.", kind="seconds"
    )
    datasource_connections: int = setting(
        "DATASOURCE_CONNECTIONS", whole(1, 100), 4, "How many a server has to one database.", kind="connections"
    )
    datasource_idle: float = setting(
        "DATASOURCE_IDLE", decimal(1), 300.0, "Connections that nobody used for so long are closed.", kind="seconds"
    )
    datasource_private_networks: str = setting(
        "DATASOURCE_PRIVATE_NETWORKS",
        addresses,
        "",
        "Addresses or networks, separated by commas, that APIs and MCP servers may be at although they are not open to "
        "the Internet: `127.0.0.0/8,192.168.1.0/24`.",
        kind="addresses",
    )

    files_folder: str = setting(
        "DATASOURCE_FILES_FOLDER",
        str,
        "",
        "The folder in which each project has a folder for its files; by default `files` in the data folder.",
        kind="folder",
    )
    files_total: int = setting(
        "DATASOURCE_FILES_TOTAL", byte_count, 1_073_741_824, "How much the files of a project may hold.", kind="bytes"
    )
    files_largest: int = setting(
        "DATASOURCE_FILES_LARGEST", byte_count, 10_485_760, "The largest file that is read or written.", kind="bytes"
    )
    files_count: int = setting(
        "DATASOURCE_FILES_COUNT", whole(1), 10_000, "How many files and folders a project may have.", kind="files"
    )
    files_kept: int = setting(
        "DATASOURCE_FILES_KEPT",
        whole(0),
        104_857_600,
        "How much is kept, for each project, of what files held before they were changed, to take that back.",
        kind="bytes",
    )

    plugins: kinds.Names = setting(  # noqa: RUF009 - a tuple never changes
        "PARLOUR_PLUGINS",
        kinds.names,
        kinds.Names(),
        "Which plugins are loaded, and have to load; all, if none is named. `none` loads none.",
        kind="names of plugins, with commas",
    )
    mcp_servers_file: str = setting(
        "MCP_SERVERS_FILE",
        str,
        "",
        "A JSON file with the programs that projects may use as MCP servers, as `mcpServers` of desktop clients.",
        kind="file",
    )
    mcp_own_servers: str = setting(
        "MCP_OWN_SERVERS", kinds.places, "", "Where MCP servers of one's own may be.", kind="`open`, addresses or both"
    )

    websocket_ping_interval: float = setting(
        "WEBSOCKET_PING_INTERVAL", decimal(0.1), 30.0, "How often a client shall send a heartbeat.", kind="seconds"
    )
    websocket_idle: float = setting(
        "WEBSOCKET_IDLE", decimal(0.1), 60.0, "A connection that is silent this long is closed.", kind="seconds"
    )
    websocket_timeout: float = setting(
        "WEBSOCKET_TIMEOUT",
        decimal(0.1),
        30.0,
        "The limit for the handshake, and for sending one frame.",
        kind="seconds",
    )
    websocket_max_connections: int = setting(
        "WEBSOCKET_MAX_CONNECTIONS", whole(1), 100, "How many connections this server holds.", kind="connections"
    )
    websocket_max_per_address: int = setting(
        "WEBSOCKET_MAX_PER_ADDRESS", whole(1), 50, "How many of them may come from one address.", kind="connections"
    )
    websocket_queue_bytes: int = setting(
        "WEBSOCKET_QUEUE_BYTES",
        byte_count,
        1_048_576,
        "What may wait for a slow reader before pieces are merged, or a snapshot is sent instead.",
        kind="bytes",
    )
    websocket_max_frame_bytes: int = setting(
        "WEBSOCKET_MAX_FRAME_BYTES", byte_count, 1_048_576, "A larger frame of a client is refused.", kind="bytes"
    )
    websocket_transport_bytes: int = setting(
        "WEBSOCKET_TRANSPORT_BYTES",
        byte_count,
        4_194_304,
        "A frame larger than this ends the connection.",
        kind="bytes",
    )
    feed_keep_minutes: int = setting(
        "FEED_KEEP_MINUTES",
        whole(1),
        15,
        "How long a client may be away and still get only what it missed.",
        kind="minutes",
    )

    @property
    def database(self) -> str:
        """The URL of the database, the default filled in."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'parlour.db').absolute()}"

    @property
    def master_key(self) -> Path:
        """The file of the master key, the default filled in."""
        return Path(self.key_file) if self.key_file else self.data_dir / "parlour.key"

    @property
    def datasources(self) -> Path:
        """The folder of the files that datasources may name, the default filled in."""
        return Path(self.datasource_folder) if self.datasource_folder else self.data_dir / "datasources"

    @property
    def files(self) -> Path:
        """The folder with a folder of files for each project, the default filled in."""
        return Path(self.files_folder) if self.files_folder else self.data_dir / "files"

    @property
    def backups(self) -> Path:
        """The folder of backups, unless another is named."""
        return self.data_dir / "backups"

    @property
    def address(self) -> str:
        """Where people reach the server, as a URL without a slash at its end."""
        if self.public_url:
            return self.public_url
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
