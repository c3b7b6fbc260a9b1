import { useMemo } from "react";
import "./plot.css";
import { cell } from "./rows";
import type { Series } from "./series";
import { greatest, inWords, least, thinned } from "./series";

const WIDTH = 640;
const HEIGHT = 120;
const POINTS = 640;
const DAY = 24 * 60 * 60 * 1000;

/** A line of numbers, small and calm; the same in words for whoever cannot see it. */
export function Plot({ series }: { series: Series }) {
  const { label, points, isTime } = series;
  const values = useMemo(() => points.map((point) => point.value), [points]);
  const [low, high] = [least(values), greatest(values)];
  const [from, to] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 1];
  const path = useMemo(() => {
    const x = (at: number) => ((at - from) / (to - from || 1)) * WIDTH;
    const y = (value: number) => (high === low ? HEIGHT / 2 : HEIGHT - ((value - low) / (high - low)) * HEIGHT);
    return thinned(points, POINTS)
      .map(({ at, value }, index) => `${index === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)
      .join("");
  }, [points, from, to, low, high]);
  const zero = low < 0 && high > 0 ? HEIGHT - ((0 - low) / (high - low)) * HEIGHT : null;
  const when = whenIn(from, to);
  return (
    <div className="plot" dir="ltr">
      <p className="plot-head">
        <span>{label}</span>
        <span className="num">{high === low ? cell(high) : `${cell(low)} to ${cell(high)}`}</span>
      </p>
      <svg viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`} preserveAspectRatio="none" role="img" aria-label={inWords(series, when)}>
        {zero !== null && <line className="zero" x1="0" x2={WIDTH} y1={zero} y2={zero} />}
        <path d={path} />
      </svg>
      {isTime && (
        <p className="plot-foot" aria-hidden="true">
          <span>{when(from)}</span>
          <span>{when(to)}</span>
        </p>
      )}
    </div>
  );
}

/** Says a time as finely as the stretch asks for. */
function whenIn(from: number, to: number): (at: number) => string {
  const day = { day: "numeric", month: "short" } as const;
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  const year = { ...day, year: "numeric" } as const;
  const isOneDay = new Date(from).toDateString() === new Date(to).toDateString();
  const format = new Intl.DateTimeFormat("en-GB", isOneDay ? time : to - from < 14 * DAY ? { ...day, ...time } : to - from < 300 * DAY ? day : year);
  return (at) => format.format(at);
}
