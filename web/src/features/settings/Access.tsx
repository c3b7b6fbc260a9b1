import { Password } from "./Password";
import { Sessions } from "./Sessions";
import { Tokens } from "./Tokens";

/** How one comes in, where one is in, and what comes in instead of one. */
export function Access() {
  return (
    <>
      <Password />
      <Sessions />
      <Tokens />
    </>
  );
}
