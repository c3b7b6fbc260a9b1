import type { ReactNode } from "react";
import { Notes } from "./Notes";
import { Rules } from "./Rules";
import { You } from "./You";

/** Who one is, how the page looks, and when one is asked. */
export function General({ look }: { look: ReactNode }) {
  return (
    <>
      <You />
      <section aria-labelledby="look">
        <h2 id="look">Theme</h2>
        <p className="soft">For this browser. System follows what your device is set to.</p>
        {look}
      </section>
      <Notes />
      <Rules />
    </>
  );
}
