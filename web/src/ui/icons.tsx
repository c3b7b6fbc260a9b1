/** The few drawings that say more than a word would. All are decoration: their buttons carry the words. */

function Icon({ path }: { path: string }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

export const SendIcon = () => <Icon path="M8 13V3.5M3.8 7.5 8 3.3l4.2 4.2" />;
export const StopIcon = () => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
    <rect className="solid" x="4" y="4" width="8" height="8" rx="1.5" />
  </svg>
);
export const MenuIcon = () => <Icon path="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />;
export const MoreIcon = () => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
    <g className="solid">
      <circle cx="3.5" cy="8" r="1.2" />
      <circle cx="8" cy="8" r="1.2" />
      <circle cx="12.5" cy="8" r="1.2" />
    </g>
  </svg>
);
export const StarIcon = ({ full }: { full: boolean }) => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path className={full ? "solid" : ""} d="m8 2.6 1.65 3.4 3.75.5-2.75 2.6.7 3.7L8 11l-3.35 1.8.7-3.7L2.6 6.5l3.75-.5Z" />
  </svg>
);
export const PlusIcon = () => <Icon path="M8 3v10M3 8h10" />;
export const ChevronIcon = () => <Icon path="m6 4 4 4-4 4" />;
export const UpIcon = () => <Icon path="m4 10 4-4 4 4" />;
export const DownIcon = () => <Icon path="m4 6 4 4 4-4" />;
export const CloseIcon = () => <Icon path="m4 4 8 8M12 4l-8 8" />;
