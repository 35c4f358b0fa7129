// A scheduler that is killed says nothing to its children, and a child that computes hears nothing. The thread that Node
// keeps for module hooks is there anyhow and does not compute: it looks.
import process from 'node:process';

const everyMs = 500;

/** @param {{ readonly parent: number }} data */
export function initialize({ parent }) {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(-process.pid, 'SIGKILL');
  }, everyMs);
}
