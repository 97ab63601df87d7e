import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PAGE_SERVER',
  phase: 'both',
  title: 'Memory could not be sent to the other machine',
  signatures: [
    {
      file: 'page-xfer.c',
      text: /(?<what>A socket was closed unexpectedly|Remote side closed connection|The page server doesn't answer|Can't (?:read from socket|write to page server|write pages to socket|send PSI|send the final package|read pagemap from socket|poll socket)|The data were not flushed|Error reading (?:async )?data from page server)(?:.*?: (?<why>[A-Z].+))?/,
    },
    {
      file: 'util.c',
      text: /(?<what>Can't (?:bind|listen on|init|get) \S+ server(?: socket| name)?|Can't connect to server|Invalid server address|Failed to resolve hostname|Bad server address)(?:.*?: (?<why>[A-Z].+))?/,
    },
    { text: /^(?<what>Can't connect to server (?<server>\S+))/, levels: ['debug'] },
  ],
  explains: [/Unable to detach from \d+: No such process/],
  cause:
    'The engine sends or fetches memory over the network (--page-server, --lazy-pages, live migration), and that failed: {what}[[: {why}]].',
  remedies: [
    {
      what: 'See that the server runs on the other side, with the same version, and that its port is open',
      where: 'criu',
      command:
        'criu page-server --images-dir DIR --port 9876 -v4\ncriu dump --page-server --address HOST --port 9876 …',
    },
    {
      what: 'Start the server on the other machine before the checkpoint, and name its address',
      where: 'runc',
      command:
        'criu page-server --images-dir DIR --port 9876   # there\nsudo runc checkpoint --page-server HOST:9876 --image-path DIR --work-path /tmp/work ID',
    },
    {
      what: 'Or write the image to a disk and copy it',
      where: 'criu',
      command: 'criu dump -t PID -D DIR …\nrsync -a DIR/ HOST:DIR/',
    },
  ],
  tells: [
    { what: 'The log of the other side says why', command: 'grep Error page-server.log lazy-pages.log' },
  ],
  samples: [
    "(00.140249) Can't connect to server 127.0.0.1:9876\n(00.140266) Error (compel/src/lib/infect.c:417): Unable to detach from 24745: No such process\n(00.140272) Error (criu/cr-dump.c:1975): Dumping FAILED.",
    '(00.113102) Error (criu/page-xfer.c:610): page-xfer: Remote side closed connection',
    "(00.113102) Error (criu/util.c:1180): Can't connect to server: Connection refused",
  ],
});
