import { writeFileSync } from 'node:fs';
import { printableJson } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { explainRefusal } from '../trace/refusal.ts';
import { type Report, Reporter, type Watched } from '../trace/report.ts';
import { reportText } from '../trace/report-text.ts';
import { trace } from '../trace/run.ts';
import { findStrace } from '../trace/strace-command.ts';
import { canTellStacks, traceeCommand } from '../trace/tracee.ts';
import { command } from './options.ts';
import { wholeNumber } from './values.ts';

const optional = (name: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : wholeNumber(name, text, 0);

export default command({
  name: 'trace',
  summary: 'say who opened each descriptor: native stack and JavaScript frames',
  usage: 'crac trace [options] [--] app.js [arguments]',
  description: [
    'Runs a program under strace and says, at its end, which descriptors are still open and who opened each: the',
    'JavaScript frames, and the native stack by function, library and, where it was built with -g, line. A script is run',
    'with node; any other command (java …) as it stands.',
    '',
    "The report goes to standard error; the program's own output passes through. Ends with the program's exit code, or",
    "with 128 + the signal's number; with --pid with 0.",
  ].join('\n'),
  options: {
    pid: { value: 'PID', help: 'attach to a running program: what it opens from now on, and what is open' },
    fd: { value: 'N', help: 'follow this number: each time it is opened, duplicated, closed' },
    seconds: {
      value: 'N',
      help: 'end after so many seconds: the program gets SIGTERM; with --pid it goes on',
    },
    all: { help: "show the runtime's own descriptors and inherited ones, too, and whole stacks" },
    'strace-stacks': {
      help: 'let strace walk the stacks: many times slower, but for static programs and direct system calls, too',
    },
    report: { value: 'FILE', help: 'write the whole report (--all) into FILE' },
    json: { help: 'print the report as JSON on standard output' },
  },
  examples: [
    'crac trace app.js',
    'crac trace --fd 17 -- --enable-source-maps app.js',
    'crac trace --pid 4711 --seconds 10',
    'crac trace -- java -jar app.jar',
  ],
  passThrough: true,
  async run(values, words) {
    const pid = optional('pid', values.pid);
    const fd = optional('fd', values.fd);
    const seconds = optional('seconds', values.seconds);
    if (pid !== undefined && words.length > 0)
      throw new CommandError('either a program to run, or --pid of one that runs', EXIT.usage);
    const strace = findStrace();
    const program = pid === undefined ? traceeCommand(words) : [];
    const watched: Watched[] = [];
    const checkpoints: Report[] = [];
    const spoken = !values.json && values.report === undefined;
    const text = (report: Report, all = values.all ?? false): string => reportText(report, { all });
    const { processes, journal, exitCode, complaint, begun } = await trace({
      strace,
      command: program,
      straceStacks: values['strace-stacks'] ?? (pid === undefined && !canTellStacks(program)),
      watch: (process, life, step) => {
        if (life.fd === fd || step.from === fd) watched.push({ process, life, step });
      },
      checkpoint: (now, written) => {
        checkpoints.push(new Reporter(written).report(now));
        if (spoken) process.stderr.write(`at the checkpoint:\n${text(checkpoints.at(-1) as Report)}`);
      },
      ...(pid !== undefined && { pid }),
      ...(fd !== undefined && { fd }),
      ...(seconds !== undefined && { seconds }),
    });
    if (!begun && exitCode !== 0) throw explainRefusal(pid, complaint);
    const reporter = new Reporter(journal);
    const report = {
      ...reporter.report(processes),
      ...(fd !== undefined && { followed: reporter.follow(fd, watched) }),
      ...(checkpoints.length > 0 && { checkpoints }),
    };
    if (values.json) process.stdout.write(`${printableJson(report, 2)}\n`);
    if (values.report) {
      const parts = [
        ...checkpoints.map((one) => `at the checkpoint:\n${text(one, true)}`),
        text(report, true),
      ];
      writeFileSync(values.report, parts.join('\n'));
      process.stderr.write(`crac: the report is in ${values.report}\n`);
    } else if (spoken) process.stderr.write(text(report));
    return pid === undefined ? exitCode : EXIT.ok;
  },
});
