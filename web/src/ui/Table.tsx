import type { CSSProperties } from "react";
import { memo, useMemo } from "react";
import type { JsonValue } from "../protocol";
import { useKept } from "./kept";
import type { Order } from "./order";
import { orderAfter, ordered } from "./order";
import type { Fields, Names, Rows } from "./rows";
import { cell, cellIn, isInstant, words } from "./rows";
import type { Cell } from "./sheet";
import { SheetTools } from "./SheetTools";
import { useRowsInSight } from "./rows-in-sight";

/** Up to here a table is as high as its rows; a longer one scrolls within itself and draws only what is seen. */
const WHOLE_UP_TO = 60;

interface Props {
  table: Rows;
  label: string;
  /** Names to say instead of ids. */
  names: Names;
  /** What a downloaded file is called. */
  file: string;
  /** Tells its order from that of other tables. */
  keep: string;
}

/** Rows that can be sorted, copied and downloaded. */
export function Table({ table, label, names, file, keep }: Props) {
  const [order, setOrder] = useKept<Order | null>(`order ${keep}`, null);
  const rows = useMemo(() => ordered(table.rows, order, names), [table, order, names]);
  const numeric = useMemo(() => numericIn(table), [table]);
  const isLong = rows.length > WHOLE_UP_TO;
  const { box, first, end, before, behind, scrolled } = useRowsInSight(rows.length, isLong);
  return (
    <div className="sheet">
      <div ref={box} className={isLong ? "scrolls long" : "scrolls"} tabIndex={0} role="region" aria-label={label} onScroll={scrolled}>
        <div style={{ paddingTop: before, paddingBottom: behind }}>
          <table aria-rowcount={rows.length + 1} style={{ "--columns": table.columns.length } as CSSProperties}>
            <thead>
              <tr aria-rowindex={1}>
                {table.columns.map((column) => (
                  <Head key={column} column={column} order={order} isNumeric={numeric.has(column)} onOrder={setOrder} />
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.slice(first, end).map((row, index) => (
                <Line key={first + index} at={first + index} row={row} columns={table.columns} numeric={numeric} names={names} />
              ))}
            </tbody>
          </table>
        </div>
      </div>
      <div className="sheet-tools">
        <span>{countOf(table)}</span>
        <SheetTools name={file} rows={() => sheetOf(rows, table.all, names)} />
      </div>
    </div>
  );
}

interface LineProps {
  /** Which row it is, from 0. */
  at: number;
  row: Fields;
  columns: readonly string[];
  numeric: ReadonlySet<string>;
  names: Names;
}

const Line = memo(function Line({ at, row, columns, numeric, names }: LineProps) {
  return (
    <tr className="line" aria-rowindex={at + 2}>
      {columns.map((column) => (
        <td key={column} className={numeric.has(column) ? "num" : undefined} dir="auto">
          {cellIn(column, row[column], names)}
        </td>
      ))}
    </tr>
  );
});

interface HeadProps {
  column: string;
  order: Order | null;
  isNumeric: boolean;
  onOrder: (order: Order | null) => void;
}

function Head({ column, order, isNumeric, onOrder }: HeadProps) {
  const own = order?.column === column ? order : null;
  const sorted = own === null ? undefined : own.isDescending ? "descending" : "ascending";
  return (
    <th className={isNumeric ? "num" : undefined} scope="col" aria-sort={sorted}>
      <button type="button" className="sort" onClick={() => onOrder(orderAfter(order, column))}>
        {words(column)}
        <span className="way" aria-hidden="true">
          {own === null ? "" : own.isDescending ? "↓" : "↑"}
        </span>
      </button>
    </th>
  );
}

/** The columns that hold nothing but numbers. */
function numericIn(table: Rows): ReadonlySet<string> {
  const isNumber = (value: JsonValue | undefined) => value === null || value === undefined || typeof value === "number";
  return new Set(table.columns.filter((column) => table.rows.every((row) => isNumber(row[column]))));
}

function sheetOf(rows: readonly Fields[], columns: readonly string[], names: Names): Cell[][] {
  const plain = (value: JsonValue | undefined): Cell =>
    typeof value === "number" || typeof value === "boolean" || isInstant(value) ? value : cell(value, names);
  return [columns.map(words), ...rows.map((row) => columns.map((column) => plain(row[column])))];
}

/** How much there is, where that cannot be seen at a glance. */
function countOf({ rows, columns, all }: Rows): string {
  const count = rows.length > WHOLE_UP_TO ? `${cell(rows.length)} rows` : "";
  const more = all.length > columns.length ? `${columns.length} of ${all.length} columns; a copy holds all` : "";
  return [count, more].filter((part) => part !== "").join(" · ");
}
