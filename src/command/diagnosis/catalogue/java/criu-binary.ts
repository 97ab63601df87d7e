import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_CRIU_BINARY',
  phase: 'start',
  title: 'Java finds no engine that it can start',
  signatures: [
    { text: /CRIU executable does not exist in (?<path>\S+)/ },
    { text: /CRIU at (?<path>\S+) is not executable/ },
    { text: /Cannot find CRIU executable on the PATH/ },
    { text: /Cannot execute CRIU: (?<why>.+)/ },
    { text: /CRIU at (?<path>\S+) (?:does not have the SUID bit set|is not owned by the root user)/ },
  ],
  cause:
    "The engine of Java, {path|criu}, is missing, not executable, or lacks root's ownership and the SUID bit[[ ({why})]].",
  remedies: [
    {
      what: 'Give it both',
      where: 'java',
      command:
        'sudo chown root:root {path|"$JAVA_HOME/lib/criu"}\nsudo chmod u+s {path|"$JAVA_HOME/lib/criu"}',
      cost: "anybody who may run it gets root's rights in it",
    },
    {
      what: 'Or name another',
      where: 'java',
      command: 'java -XX:CRaCEngineOptions=criu_location=/usr/sbin/criu …',
    },
  ],
  samples: [
    "Warning: CRIU at /opt/zulu/lib/criu does not have the SUID bit set and you're not a root",
    'CRIU executable does not exist in /opt/zulu/lib/criu',
  ],
});
