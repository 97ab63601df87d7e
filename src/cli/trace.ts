import { writeFileSync } from 'node:fs';
import { reportOf } from '../trace/report.ts';
import { reportText } from '../trace/report-text.ts';
import { trace } from '../trace/run.ts';
import { findStrace } from '../trace/strace-command.ts';
import { traceeCommand } from '../trace/tracee.ts';
import { command } from './options.ts';
import { wholeNumber } from './values.ts';

export default command({
  name: 'trace',
  summary: 'say who opened each descriptor: native stack and JavaScript frames',
  usage: 'crac trace [options] [--] app.js [arguments]',
  description: [
    'Runs a program under strace and says, at its end, which descriptors are still open and who opened each: the native',
    'stack by function, library and line, and the JavaScript above it. A script is run with node; any other command (java',
    '…) as it stands.',
    '',
    "The report goes to standard error; the program's own output passes through. Ends with the program's exit code, or",
    "with 128 + the signal's number.",
  ].join('\n'),
  options: {
    all: { help: "show the runtime's own descriptors, too, and whole stacks" },
    seconds: { value: 'N', help: 'end after so many seconds: the program gets SIGTERM' },
    report: { value: 'FILE', help: 'keep the whole report in FILE instead' },
    json: { help: 'print the report as JSON on standard output' },
  },
  examples: ['crac trace app.js', 'crac trace -- java -jar app.jar'],
  passThrough: true,
  async run(values, words) {
    const { processes, exitCode } = await trace({
      strace: findStrace(),
      command: traceeCommand(words),
      environment: process.env,
      stacks: true,
      ...(values.seconds !== undefined && { seconds: wholeNumber('seconds', values.seconds, 0) }),
    });
    const report = reportOf(processes, () => []);
    if (values.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    if (values.report) writeFileSync(values.report, reportText(report, { all: true }));
    else process.stderr.write(reportText(report, { all: values.all ?? false }));
    return exitCode;
  },
});
