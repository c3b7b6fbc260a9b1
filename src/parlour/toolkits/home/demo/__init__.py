"""A house to try things in."""

from parlour.toolkits.home.demo.loader import SOURCE, load_demo

__all__ = ["SOURCE", "load_demo"]
