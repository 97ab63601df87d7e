import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FD_INHERITED',
  phase: 'checkpoint',
  title: 'A descriptor was inherited from an editor, a terminal or a service manager',
  signatures: [
    {
      file: ['files-reg.c', 'files.c'],
      text: /Can't lookup mount=-?\d+ for fd=(?<fd>\d+) path=(?<path>.*(?:\.vscode|vscode-server|\/[cC]ode|cursor|JetBrains|jediterm|\.idea|tmux|kitty|alacritty|wezterm|ghostty|gnome-terminal|konsole|\.asar|\.mount_|\/snap\/|systemd|supervisor|pm2).*)/,
    },
    {
      file: 'sk-unix.c',
      text: /Can't dump half of stream unix connection\. name: (?<name>.*?); peer name: (?<path>\S*(?:systemd|journal|vscode|tmux|dbus|wayland|pipewire|pulse|X11|supervisor|pm2)\S*)/,
    },
  ],
  cause:
    '[[Descriptor {fd} ]]({path}) is not of the program: it was open in the editor, the terminal program or the service manager that started it, and was inherited.',
  remedies: [
    {
      what: 'Start the program elsewhere: over ssh or on a plain console, not in the terminal of an editor, or with that descriptor closed',
      where: 'program',
      command: 'setsid node app.js </dev/null >app.log 2>&1 {fd|3}>&- &',
    },
    {
      what: 'Under systemd, give the service files instead of the journal and a null input',
      where: 'program',
      command:
        'systemctl edit app   # [Service] StandardInput=null StandardOutput=append:/var/log/app.log StandardError=inherit',
      cost: 'the output no longer goes to the journal',
    },
    {
      what: 'crac run closes what is not its own',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
  ],
  tells: [{ what: 'All descriptors, and where each leads', command: 'ls -l /proc/PID/fd' }],
  samples: [
    "(00.004913) Error (criu/files-reg.c:1790): Can't lookup mount=29 for fd=19 path=/home/u/.vscode-server/data/logs/ptyhost.log",
    "(00.013102) Error (criu/sk-unix.c:881): unix: Can't dump half of stream unix connection. name: (null); peer name: /run/systemd/journal/stdout",
  ],
});
