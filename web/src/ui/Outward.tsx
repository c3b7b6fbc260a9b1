import type { ReactNode } from "react";
import { placeOf, placeToShow, safeAddress } from "./links";

interface Props {
  address: string | undefined;
  /** The words of the link, as they are read. */
  words: string;
  children: ReactNode;
}

/** A link to elsewhere, if it can do no harm; what looks like another address says where it really leads. */
export function Outward({ address, words, children }: Props) {
  const href = safeAddress(address);
  if (href === null) return <bdi>{children}</bdi>;
  const place = placeToShow(href, words);
  return (
    <>
      <a href={href} rel="noopener noreferrer" target="_blank">
        <bdi>{children}</bdi>
      </a>
      {place !== null && <span className="really"> (leads to {place})</span>}
    </>
  );
}

/** A picture from elsewhere would tell that place who reads what, so it is only named. */
export function Picture({ address, name }: { address: string | undefined; name: string }) {
  const href = safeAddress(address);
  const words = name === "" ? "a picture" : name;
  return (
    <span className="picture">
      Not loaded:{" "}
      <Outward address={address} words={words}>
        {words}
      </Outward>
      {href !== null && placeToShow(href, words) === null && <span> · {placeOf(href)}</span>}
    </span>
  );
}
