import type { Command } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** One place on the command line, and what may come there. */
interface Place {
  /** The verbs so far, each with a blank before it: ` dags list`; empty at the start. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly about: string }[];
  /** Values of options that have a list of them, by each of the option's flags. */
  readonly choices: readonly { readonly flag: string; readonly values: readonly string[] }[];
}

/** A script that completes verbs, options and their values, without a start of the command at every key. */
export function completionScript(shell: Shell, program: Command): string {
  return writers[shell](placesOf(program));
}

function placesOf(command: Command, path = ''): readonly Place[] {
  const options = [...command.options.filter((option) => !option.hidden), ...helpOption];
  const flagsOf = ({ short, long }: { short?: string | undefined; long?: string | undefined }): string[] =>
    [short, long].filter((flag) => flag !== undefined);
  const here: Place = {
    path,
    words: [
      ...command.commands.map((each) => ({ word: each.name(), about: each.description() })),
      ...options.flatMap((option) => flagsOf(option).map((word) => ({ word, about: option.description }))),
    ],
    choices: command.options
      .flatMap((option) => flagsOf(option).map((flag) => ({ flag, values: option.argChoices ?? [] })))
      .filter(({ values }) => values.length > 0),
  };
  return [here, ...command.commands.flatMap((each) => placesOf(each, `${path} ${each.name()}`))];
}

/** Commander keeps it apart from the others. */
const helpOption = [{ short: '-h', long: '--help', description: 'display help for command' }];

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Both shells know `case`: which words may come after a path, and which values after a flag there. */
function cases(places: readonly Place[]): string {
  const rows = places.flatMap(({ path, words, choices }) => [
    ...choices.map(
      ({ flag, values }) => `    ${quote(`${path} ${flag}`)}) values=${quote(values.join(' '))} ;;`,
    ),
    `    ${quote(path)}) words=${quote(words.map(({ word }) => word).join(' '))} ;;`,
  ]);
  return rows.join('\n');
}

const verbsOf = (places: readonly Place[]): string =>
  places
    .slice(1)
    .map(({ path }) => quote(path))
    .join('|');

const writers: Readonly<Record<Shell, (places: readonly Place[]) => string>> = {
  bash: (places) => `# shopwave completion bash: source <(shopwave completion bash)
_shopwave_at() {
  local words='' values=''
  case "$1" in
${cases(places)}
  esac
  if [ -n "$values" ]; then echo "$values"; else echo "$words"; fi
}
_shopwave() {
  local at='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in ${verbsOf(places)}) at="$at $word" ;; esac
  done
  local values
  values=$(_shopwave_at "$at \${COMP_WORDS[COMP_CWORD-1]}")
  [ -n "$values" ] && [ "\${COMP_WORDS[COMP_CWORD-1]:0:1}" = - ] || values=$(_shopwave_at "$at")
  COMPREPLY=($(compgen -W "$values" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _shopwave shopwave
`,
  zsh: (places) => `#compdef shopwave
# shopwave completion zsh: source <(shopwave completion zsh), after compinit
_shopwave_at() {
  local words='' values=''
  case "$1" in
${cases(places)}
  esac
  if [[ -n $values ]]; then print -r -- $values; else print -r -- $words; fi
}
_shopwave() {
  local at='' word found
  for word in \${words[2,CURRENT-1]}; do
    case "$at $word" in (${verbsOf(places)}) at="$at $word" ;; esac
  done
  [[ \${words[CURRENT-1]} == -* ]] && found=$(_shopwave_at "$at \${words[CURRENT-1]}")
  [[ -n $found ]] || found=$(_shopwave_at "$at")
  compadd -- \${(s: :)found}
}
compdef _shopwave shopwave
`,
  fish: (places) => `# shopwave completion fish: shopwave completion fish | source
set -g __shopwave_verbs ${verbsOf(places).replaceAll('|', ' ')}
function __shopwave_is_at
  set -l at ''
  for word in (commandline -opc)[2..]
    contains -- "$at $word" $__shopwave_verbs; and set at "$at $word"
  end
  test "$at" = "$argv[1]"
end
${places.flatMap(fishLines).join('\n')}
`,
};

function fishLines({ path, words, choices }: Place): readonly string[] {
  const at = `complete -c shopwave -n ${quote(`__shopwave_is_at ${quote(path)}`)}`;
  const valuesOf = (word: string): string => {
    const values = choices.find(({ flag }) => flag === word)?.values;
    return values === undefined ? '' : ` -x -a ${quote(values.join(' '))}`;
  };
  return words.map(({ word, about }) => {
    if (word.startsWith('--')) return `${at} -l ${word.slice(2)}${valuesOf(word)} -d ${quote(about)}`;
    if (word.startsWith('-')) return `${at} -s ${word.slice(1)}${valuesOf(word)} -d ${quote(about)}`;
    return `${at} -f -a ${word} -d ${quote(about)}`;
  });
}
