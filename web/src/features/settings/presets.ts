// Written by `python -m gen` from src/parlour/models/presets.py. Do not edit.

/** Well-known servers of models, so that nobody has to look their addresses up. */

export interface Preset {
  label: string;
  name: string;
  address: string;
  /** Whether it asks for a key. */
  wantsKey: boolean;
}

export const PRESETS: readonly Preset[] = [
  { label: "OpenAI", name: "openai", address: "https://api.openai.com/v1", wantsKey: true },
  { label: "OpenRouter", name: "openrouter", address: "https://openrouter.ai/api/v1", wantsKey: true },
  { label: "DeepSeek", name: "deepseek", address: "https://api.deepseek.com/v1", wantsKey: true },
  { label: "Groq", name: "groq", address: "https://api.groq.com/openai/v1", wantsKey: true },
  { label: "Ollama", name: "ollama", address: "http://localhost:11434/v1", wantsKey: false },
  { label: "LM Studio", name: "lm-studio", address: "http://localhost:1234/v1", wantsKey: false },
  { label: "llama.cpp", name: "llama-cpp", address: "http://localhost:9931/v1", wantsKey: false },
  { label: "vLLM", name: "vllm", address: "http://localhost:8000/v1", wantsKey: false },
];
