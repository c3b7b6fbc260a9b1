import { chatAddress } from "../../state/addresses";
import { useRoom } from "../../state/use-room";
import { Link, go } from "../../ui/navigation";
import { Pop, PopItem } from "../../ui/Pop";

interface Props {
  /** The project where a new conversation begins; null for the shared one. */
  project: string | null;
}

/** Where a new conversation begins: its project decides who hears it and which things it can reach. */
export function ProjectChoice({ project }: Props) {
  const projects = useRoom((room) => room.me?.projects);
  const open = projects?.filter(({ id, is_archived }) => !is_archived || id === project) ?? [];
  const now = open.find(({ id, is_home }) => (project === null ? is_home : id === project));
  if (open.length < 2 || now === undefined) return null;
  return (
    <Pop face={<span className="pill">{now.name} ⌄</span>} label={`Begins in: ${now.name}`}>
      {(close) => (
        <>
          {open.map(({ id, name, is_home }) => (
            <PopItem
              key={id}
              on={id === now.id}
              act={() => {
                close();
                go(chatAddress({ project: is_home ? null : id }));
              }}
            >
              <bdi>{name}</bdi>
              {id === now.id && <span className="faint"> · now</span>}
            </PopItem>
          ))}
          <Link to="/settings/projects" className="pop-item">
            Projects…
          </Link>
        </>
      )}
    </Pop>
  );
}
