"""A house to try things in."""

from parlour.toolkits.home.demo.loader import load_demo

__all__ = ["load_demo"]
