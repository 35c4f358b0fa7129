/** What the command's exit status means to a script. */
export const exitCodes = {
  ok: 0,
  /** The work failed, or was refused for a reason that the error names. */
  failed: 1,
  /** The command line itself was wrong. */
  usage: 2,
  /** 128 + SIGINT: stopped by hand before the answer that was asked for, or a second time, without draining. */
  interrupted: 130,
} as const;
