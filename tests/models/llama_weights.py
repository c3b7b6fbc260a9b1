"""A language model of a few kilobytes, made up at random, in the file format of llama.cpp (GGUF, version 3).

It has a token for every byte, so it reads any text and says any nonsense; and it leans towards closing what it has
opened, so that whatever a grammar makes it begin comes to an end. The format is described in docs/gguf.md of ggml.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal

SEED = 20
WIDTH, HIDDEN, HEADS = 32, 64, 2
ALIGNMENT = 32
CALL, CALLED, THINK, THOUGHT, END = "<tool_call>", "</tool_call>", "<think>", "</think>", "</s>"
NEVER, HARDLY, GLADLY = -20.0, -12.0, 3.0
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
LEANS: Mapping[str, float] = {
    **dict.fromkeys(BYTES, NEVER),
    **dict.fromkeys(("<unk>", "<s>", END, THINK, "<", ","), NEVER),
    CALLED: HARDLY,
    **dict.fromkeys(('"', "}", "]", CALL, THOUGHT), GLADLY),
}
"""How much likelier a token is than the others, as a logarithm. What ends a call is said where nothing else may be."""
RAVING: Mapping[str, float] = dict.fromkeys(BYTES, 0.0)
"""Any byte after any other, so that hardly anything is UTF-8."""
HABITS = ((CALLED, END, 10.0), (THINK, THOUGHT, -10.0))
"""Which token always follows another, and which never does: a call is the last of an answer, no thought is empty."""
TEMPLATE = """\
{%- for message in messages %}
{{- message.role }}: {% if tools and loop.first -%}
Tools:{% for tool in tools %} {{ tool.function.name }}{% endfor %}. {% endif %}
{%- if message.reasoning_content %}<think>{{ message.reasoning_content }}</think>{% endif %}
{{- message.content or '' }}
{%- for call in message.tool_calls or [] -%}
<tool_call>{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}</tool_call>
{%- endfor %}
{% endfor %}
{%- if add_generation_prompt %}assistant: <think>{% endif %}"""
"""How a talk is read: as most models of today have it that think and call tools."""
STRICT_TEMPLATE = (
    """\
{%- set told = namespace(turns=0) %}
{%- for message in messages %}
{%- if message.role == 'user' or (message.role == 'assistant' and not message.tool_calls) %}
{%- if (message.role == 'user') != (told.turns % 2 == 0) %}
{{- raise_exception('Conversation roles must alternate user and assistant except for tool calls and results.') }}
{%- endif %}
{%- set told.turns = told.turns + 1 %}
{%- endif %}
{%- endfor %}
"""
    + TEMPLATE
)
"""The same for a model that has to hear both sides in turn, as Gemma and those of Mistral do."""

Kind = Literal["normal", "unknown", "control", "defined", "byte"]
KINDS: Mapping[Kind, int] = {"normal": 1, "unknown": 2, "control": 3, "defined": 4, "byte": 6}
TOKENS: tuple[tuple[str, Kind], ...] = (
    ("<unk>", "unknown"),
    ("<s>", "control"),
    (END, "control"),
    *((byte, "byte") for byte in BYTES),
    ("▁", "normal"),
    *((chr(code), "normal") for code in range(33, 127)),
    *((letter, "normal") for letter in "éßжλ日本🌻👩"),
    *((mark, "defined") for mark in (CALL, CALLED, THINK, THOUGHT)),
)
MEANT = 1 + len(HABITS)
"""How many numbers of a token are no noise."""
U32, I32, F32, BOOL, TEXT, LIST = 4, 5, 6, 7, 8, 9
"""The numbers that the format has for types of values."""


def write_model(path: Path, *, leans: Mapping[str, float] | None = None, template: str = TEMPLATE) -> None:
    """Write the model; `leans` are laid over `LEANS`. The same every time."""
    weights = _Weights(Random(SEED), {**LEANS, **(leans or {})})
    tensors = weights.tensors()
    head, body = b"", b""
    for name, shape, numbers in tensors:
        head += _text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape) + struct.pack("<IQ", 0, len(body))
        body += _padded(struct.pack(f"<{len(numbers)}f", *numbers))
    described = _described(template)
    start = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(described)) + b"".join(described)
    path.write_bytes(_padded(start + head) + body)


def _described(template: str) -> list[bytes]:
    texts = b"".join(_text(token) for token, _ in TOKENS)
    kinds = struct.pack(f"<{len(TOKENS)}i", *(KINDS[kind] for _, kind in TOKENS))
    return [
        _named("general.architecture", TEXT, _text("llama")),
        _named("general.name", TEXT, _text("Made up")),
        _number("llama.context_length", 131_072),
        _number("llama.embedding_length", WIDTH),
        _number("llama.block_count", 1),
        _number("llama.feed_forward_length", HIDDEN),
        _number("llama.attention.head_count", HEADS),
        _number("llama.rope.dimension_count", WIDTH // HEADS),
        _named("llama.attention.layer_norm_rms_epsilon", F32, struct.pack("<f", 1e-5)),
        _named("tokenizer.ggml.model", TEXT, _text("llama")),
        _named("tokenizer.ggml.tokens", LIST, struct.pack("<IQ", TEXT, len(TOKENS)) + texts),
        _named("tokenizer.ggml.scores", LIST, struct.pack("<IQ", F32, len(TOKENS)) + bytes(4 * len(TOKENS))),
        _named("tokenizer.ggml.token_type", LIST, struct.pack("<IQ", I32, len(TOKENS)) + kinds),
        _number("tokenizer.ggml.unknown_token_id", 0),
        _number("tokenizer.ggml.bos_token_id", 1),
        _number("tokenizer.ggml.eos_token_id", 2),
        _named("tokenizer.ggml.add_space_prefix", BOOL, b"\0"),
        _named("tokenizer.chat_template", TEXT, _text(template)),
    ]


@dataclass(frozen=True)
class _Weights:
    """Noise, but for the first numbers of each token: one for how it leans, and one for each habit."""

    random: Random
    leans: Mapping[str, float]
    ones: Sequence[float] = field(default=(1.0,) * WIDTH)

    def tensors(self) -> list[tuple[str, tuple[int, ...], Sequence[float]]]:
        """Every tensor: its name, its shape (the fastest dimension first), its numbers."""
        square, wide, narrow = (WIDTH, WIDTH), (WIDTH, HIDDEN), (HIDDEN, WIDTH)
        return [
            ("token_embd.weight", (WIDTH, len(TOKENS)), self._heard()),
            ("output_norm.weight", (WIDTH,), self.ones),
            ("output.weight", (WIDTH, len(TOKENS)), self._said()),
            ("blk.0.attn_norm.weight", (WIDTH,), self.ones),
            *((f"blk.0.attn_{one}.weight", square, self._noise(WIDTH * WIDTH, 0.2)) for one in "qkv"),
            ("blk.0.attn_output.weight", square, self._thought(WIDTH)),
            ("blk.0.ffn_norm.weight", (WIDTH,), self.ones),
            ("blk.0.ffn_gate.weight", wide, self._noise(WIDTH * HIDDEN, 0.2)),
            ("blk.0.ffn_up.weight", wide, self._noise(WIDTH * HIDDEN, 0.2)),
            ("blk.0.ffn_down.weight", narrow, self._thought(HIDDEN)),
        ]

    def _heard(self) -> list[float]:
        numbers: list[float] = []
        for token, _ in TOKENS:
            habits = [8.0 if token == before else 0.0 for before, _, _ in HABITS]
            numbers += [4.0, *habits, *self._noise(WIDTH - MEANT, 1.0)]
        return numbers

    def _said(self) -> list[float]:
        # Of the number for leaning about 3.3 arrives, of one for a habit 4.3.
        numbers: list[float] = []
        for token, _ in TOKENS:
            habits = [strength if token == after else 0.0 for _, after, strength in HABITS]
            numbers += [self.leans.get(token, 0.0) / 3.3, *habits, *self._noise(WIDTH - MEANT, 0.2)]
        return numbers

    def _thought(self, width: int) -> list[float]:
        """What a layer adds to each number of a token; to the first, that are no noise, nothing."""
        return [*[0.0] * (width * MEANT), *self._noise(width * (WIDTH - MEANT), 0.1)]

    def _noise(self, count: int, width: float) -> list[float]:
        return [self.random.gauss(0.0, width) for _ in range(count)]


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def _named(name: str, kind: int, value: bytes) -> bytes:
    return _text(name) + struct.pack("<I", kind) + value


def _number(name: str, value: int) -> bytes:
    return _named(name, U32, struct.pack("<I", value))


def _padded(raw: bytes) -> bytes:
    return raw + bytes(-len(raw) % ALIGNMENT)
