/** The mark of the house: a lamp's half moon on ember. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 22 22" aria-hidden="true">
      <rect width="22" height="22" rx="7" className="mark-ground" />
      <path d="M13.5 5.5a5.5 5.5 0 1 0 0 11 7 7 0 0 1 0-11Z" className="mark-moon" />
    </svg>
  );
}
