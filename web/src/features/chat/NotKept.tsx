/** Says that this browser keeps nothing. */
export function NotKept() {
  return (
    <p className="under" role="status">
      This browser does not keep what you are writing: it is gone when the page closes. Sending works as always.
    </p>
  );
}
