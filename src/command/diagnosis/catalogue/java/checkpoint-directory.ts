import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_CHECKPOINT_DIRECTORY',
  phase: 'start',
  title: 'Java cannot use the directory for the image',
  signatures: [
    { text: /Cannot (?:create|open) (?<option>CRaC(?:CheckpointTo|RestoreFrom))=(?<dir>[^:]+): (?<why>.+)/ },
    { text: /(?<option>CRaC(?:CheckpointTo|RestoreFrom))=(?<dir>\S+) is not a directory/ },
    { text: /(?<option>CRaCCheckpointTo)=(?<dir>\S+) contains an invalid pattern/ },
  ],
  cause: 'The directory {dir} of -XX:{option} cannot be used[[: {why}]].',
  remedies: [
    {
      what: 'Make its parents; only the last directory is made by Java',
      where: 'java',
      command: 'mkdir -p {dir}',
    },
    {
      what: 'For a restore, name the directory that the checkpoint wrote',
      where: 'java',
      command: 'ls -la {dir}',
    },
  ],
  samples: [
    'Cannot create CRaCCheckpointTo=/data/images/cr: No such file or directory',
    'CRaCRestoreFrom=cr.txt is not a directory',
  ],
});
