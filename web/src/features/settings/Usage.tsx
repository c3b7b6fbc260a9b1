import { useMemo, useState } from "react";
import type { Grouping, SpentBy, UsageReport } from "../../protocol/spending";
import { useAsked } from "../../state/asked";
import { useRoom } from "../../state/use-room";
import { Choice } from "../../ui/Field";
import { money } from "../../ui/money";
import { NotCome } from "../../ui/NotCome";
import { useNow } from "../../ui/now";
import { Plot } from "../../ui/Plot";
import { Budgets } from "./Budgets";
import { daysOf, periodOf } from "./days-used";
import "./usage.css";

const GROUPS = [
  ["model", "Model"],
  ["provider", "Provider"],
  ["day", "Day"],
  ["user", "Person"],
  ["project", "Project"],
  ["conversation", "Conversation"],
] as const satisfies readonly (readonly [Grouping, string])[];
const PERIODS = [
  ["7", "The last 7 days"],
  ["30", "The last 30 days"],
  ["90", "The last 90 days"],
  ["365", "The last year"],
] as const;

/** What models used and what it cost, and the budgets for it. */
export function Usage() {
  const isGuest = useRoom((room) => room.me?.role === "guest");
  if (isGuest) return <p className="soft settings-none">What models use here is not shown to guests.</p>;
  return (
    <>
      <Report />
      <Budgets />
    </>
  );
}

function Report() {
  const today = useNow() + useRoom((room) => room.view.ahead);
  const [days, setDays] = useState("30");
  const [by, setBy] = useState<Grouping>("model");
  const { since, until } = periodOf(today, Number(days));
  const daily = useAsked(`usage day ${since} ${until}`, (rest) => rest.usage("day", since, until));
  const { value, problem, again } = useAsked(`usage ${by} ${since} ${until}`, (rest) => rest.usage(by, since, until));
  const isAdmin = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  return (
    <section aria-labelledby="usage">
      <h2 id="usage">Usage</h2>
      <p className="soft">
        {isAdmin ? "What every request to a model used here." : "What your requests to models used, and those in projects of your own."} Days begin at midnight UTC. The
        built-in model is free and is not counted.
      </p>
      <NotCome why={problem} again={again} />
      <div className="usage-choices">
        <Choice label="When" value={days} options={PERIODS} onText={setDays} />
        <Choice label="By" value={by} options={GROUPS} onText={(text) => setBy(text as Grouping)} />
      </div>
      {daily.value !== null && daily.value.total.requests > 0 && <ByDay report={daily.value} />}
      {value === null && problem === null && <p className="faint">Fetching…</p>}
      {value?.total.requests === 0 && <p className="faint settings-none">No model was asked in this time.</p>}
      {value !== null && value.total.requests > 0 && <Rows report={value} />}
    </section>
  );
}

/** The cost of each day as a line; the tokens where nothing cost anything. */
function ByDay({ report }: { report: UsageReport }) {
  const isFree = report.total.cost === 0;
  const points = useMemo(() => daysOf(report, (row) => (isFree ? row.total_tokens : row.cost / 10_000_000)), [report, isFree]);
  return <Plot series={{ label: isFree ? "Tokens by day" : "Cents by day", points, isTime: true }} />;
}

function Rows({ report }: { report: UsageReport }) {
  const title = GROUPS.find(([group]) => group === report.by)?.[1] ?? "";
  const rows = report.by === "day" ? [...report.rows].reverse() : report.rows;
  return (
    <>
      <div className="scrolls usage-rows" tabIndex={0} role="group" aria-label={`Usage by ${title.toLowerCase()}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">{title}</th>
              <th scope="col" className="num">
                Requests
              </th>
              <th scope="col" className="num">
                Read
              </th>
              <th scope="col" className="num">
                Written
              </th>
              <th scope="col" className="num">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.key} row={row} name={nameIn(report.by, row)} />
            ))}
          </tbody>
          <tfoot>
            <Row row={{ ...report.total, key: "total", name: "Together" }} name="Together" />
          </tfoot>
        </table>
      </div>
      <Notes report={report} />
    </>
  );
}

function Row({ row, name }: { row: SpentBy; name: string }) {
  const isUnknown = row.unpriced_requests === row.requests;
  return (
    <tr>
      <th scope="row">
        <bdi>{name}</bdi>
      </th>
      <td className="num">{row.requests.toLocaleString("en-GB")}</td>
      <td className="num">{row.prompt_tokens.toLocaleString("en-GB")}</td>
      <td className="num">{row.completion_tokens.toLocaleString("en-GB")}</td>
      <td className="num">{isUnknown ? "no price known" : money(row.cost)}</td>
    </tr>
  );
}

/** What has to be known to read the numbers right. */
function Notes({ report: { total } }: { report: UsageReport }) {
  return (
    <p className="faint">
      Read and written are tokens.
      {total.estimated_requests > 0 && ` Of ${counted(total.estimated_requests)} the provider did not say how many: they are estimated.`}
      {total.unpriced_requests > 0 && ` The price of ${counted(total.unpriced_requests)} is not known, and not in the cost.`}
    </p>
  );
}

function counted(requests: number): string {
  return requests === 1 ? "1 request" : `${requests.toLocaleString("en-GB")} requests`;
}

const UNNAMED: Partial<Record<Grouping, string>> = { user: "Somebody who left", project: "A project that is gone", conversation: "Somebody's conversation" };

function nameIn(by: Grouping, { key, name }: SpentBy): string {
  if (key === "") return "All others";
  return name !== null && name !== "" ? name : (UNNAMED[by] ?? key);
}
