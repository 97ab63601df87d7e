import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_RPC_FAILED',
  phase: 'both',
  title: 'A program in Python was told that the engine failed',
  rank: 'envelope',
  signatures: [
    {
      text: /(?<what>DUMP|PRE_DUMP|RESTORE|PAGE_SERVER|FEATURE_CHECK|VERSION) failed: (?:Unexpected response type \d+: )?Error\((?<errno>\d+)\): Unknown/,
      confidence: 'likely',
    },
    {
      text: /(?<what>DUMP|PRE_DUMP|RESTORE|PAGE_SERVER) failed with internal error: (?<why>.+)/,
      confidence: 'likely',
    },
    {
      text: /^(?:FileNotFoundError|ConnectionRefusedError): (?<why>Socket file not found|Service not running)\./,
      confidence: 'likely',
    },
  ],
  cause:
    'pycriu only passes on that the engine answered with an error[[ ({what}, number {errno})]][[: {why}]]; why stands in the log of the engine, in the directory for images.',
  remedies: [
    {
      what: 'Explain that log; let it be written where it is not (opts.log_file, opts.log_level = 4)',
      where: 'criu',
      command: 'crac explain IMAGES/dump.log',
    },
    {
      what: 'Let pycriu start the engine itself (use_binary), or start the service that it looks for',
      where: 'criu',
      command: 'sudo criu service --address /var/run/criu_service.socket -d',
      cost: 'whoever may write to the socket can have processes dumped',
    },
  ],
  samples: [
    'pycriu.criu.CRIUExceptionExternal: DUMP failed: Error(52): Unknown',
    'pycriu.criu.CRIUExceptionInternal: RESTORE failed with internal error: EOF',
  ],
});
