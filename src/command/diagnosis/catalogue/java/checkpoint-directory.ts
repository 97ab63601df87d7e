import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_CHECKPOINT_DIRECTORY',
  phase: 'start',
  title: 'Java cannot use the directory for the image',
  signatures: [
    { text: /Cannot (?:create|open) (?<option>CRaC(?:CheckpointTo|RestoreFrom))=(?<dir>[^:]+): (?<why>.+)/ },
    { text: /(?<option>CRaC(?:CheckpointTo|RestoreFrom))=(?<dir>\S+) is not a directory/ },
    {
      text: /(?<option>CRaCCheckpointTo)=(?<dir>\S+) contains (?<why>an invalid pattern|a pattern with zero padding but no length)/,
    },
    { text: /Error interpolating (?<option>CRaCCheckpointTo)=(?<dir>\S+)(?: \((?<why>too long)\))?/ },
    {
      text: /Could not open the (?:checkpoint data|work) directory, errno=(?<errno>-?\d+)/,
      confidence: 'likely',
    },
  ],
  cause:
    'The directory[[ {dir}]] for the image[[ (-XX:{option})]] cannot be used[[: {why}]][[: {errnoText}]].',
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
