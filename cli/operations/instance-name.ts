/** A task, and which instance of it where it is mapped. */
export function instanceName(taskId: string, index = -1): string {
  return index < 0 ? taskId : `${taskId}[${index}]`;
}
