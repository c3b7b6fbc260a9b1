/**
 * For tests: a window in which everything has a size, so that lists draw what would be seen. Nothing is measured
 * outside of a browser.
 */

import { markdownIsThere } from "./Markdown";

/** As high as the longest test: every line of a talk is in sight. */
const HEIGHT = 100_000;
const LINE = 100;

class PretendResizeObserver implements ResizeObserver {
  private readonly watched = new Set<Element>();

  constructor(private readonly changed: ResizeObserverCallback) {}

  observe(target: Element): void {
    this.watched.add(target);
    queueMicrotask(() => {
      if (!this.watched.has(target)) return;
      const height = target.classList.contains("talk") ? HEIGHT : LINE;
      const contentRect = new DOMRectReadOnly(0, 0, 720, height);
      this.changed([{ target, contentRect, borderBoxSize: [], contentBoxSize: [], devicePixelContentBoxSize: [] }], this);
    });
  }

  unobserve(target: Element): void {
    this.watched.delete(target);
  }

  disconnect(): void {
    this.watched.clear();
  }
}

globalThis.ResizeObserver = PretendResizeObserver;
Object.defineProperty(HTMLElement.prototype, "offsetParent", { get: (): Element => document.body });
await markdownIsThere;
