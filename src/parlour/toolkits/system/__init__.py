"""The house itself as something to ask about: what can be done in it, and how it does."""

from parlour.toolkits.system.tools import SystemToolkit

__all__ = ["SystemToolkit"]
