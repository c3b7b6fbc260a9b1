import { useEffect, useMemo } from "react";
import { SeenPlace } from "../features/seen/SeenPlace";
import { Invited } from "../features/sign-in/Invited";
import { SignIn } from "../features/sign-in/SignIn";
import { useActs, useRoom } from "../state/use-room";
import { go, useHash, usePath } from "../ui/navigation";
import { Toasts } from "../ui/Toasts";
import { Away } from "./Away";
import { House } from "./House";
import { isDoor, placeAt } from "./places";
import { takeWanted, want } from "./wanted";

/** The page: who one is decides between the sign-in and the house, the address decides what is open in it. */
export function App() {
  const me = useRoom((room) => room.me);
  const whyOut = useRoom((room) => room.whyOut);
  const toasts = useRoom((room) => room.toasts);
  const acts = useActs();
  const path = usePath();
  const hash = useHash();
  const place = useMemo(() => placeAt(path, location.search, `#${hash}`), [path, hash]);

  useEffect(() => {
    if (me === null) want(location.pathname + location.hash, Date.now());
  }, [me, path]);

  const entered = () => {
    const wanted = takeWanted(Date.now());
    if (isDoor(place)) go(wanted, true);
  };
  return (
    <>
      {place.kind === "link" ? (
        <SignIn link={place.token} why={whyOut} entered={entered} />
      ) : place.kind === "invitation" ? (
        <Invited key={place.secret} secret={place.secret} entered={entered} />
      ) : me === null ? (
        <SignIn link={null} why={whyOut} entered={entered} />
      ) : me === undefined ? (
        <Away />
      ) : (
        <House place={place} />
      )}
      {me && <SeenPlace />}
      <Toasts lines={toasts} dismiss={acts.dismiss} />
    </>
  );
}
