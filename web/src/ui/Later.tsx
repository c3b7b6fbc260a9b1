import type { ReactNode } from "react";
import { Component, Suspense } from "react";

/** A part of the page that is fetched when it is first needed. It says so while that lasts, and when it fails. */
export function Later({ children }: { children: ReactNode }) {
  return (
    <Missing>
      <Suspense fallback={<p className="later faint">Fetching this part of the page…</p>}>{children}</Suspense>
    </Missing>
  );
}

class Missing extends Component<{ children: ReactNode }, { missing: boolean }> {
  override state = { missing: false };

  static getDerivedStateFromError() {
    return { missing: true };
  }

  override render() {
    if (!this.state.missing) return this.props.children;
    return (
      <p className="later problem" role="alert">
        This part of the page could not be fetched. Nothing was changed.{" "}
        <button className="plain" onClick={() => location.reload()}>
          Load the page again
        </button>
      </p>
    );
  }
}
