import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_VDSO_IMAGE',
  phase: 'restore',
  title: "The image's vDSO does not fit this kernel",
  signatures: [
    { file: 'parasite-vdso.c', text: /Can't find vDSO area in image/ },
    { file: ['vdso-compat.c', 'util.c'], text: /Compatible vdso's size is bigger than reserved buf/ },
    { file: ['vdso.c', 'kerndat.c'], text: /kerndat_vdso_fill_symtable failed/ },
  ],
  cause:
    'The shared code page (vDSO) in the image or of this kernel is one that this version of CRIU cannot handle.',
  remedies: [
    {
      what: 'Install CRIU 4.2 or later and make the image anew',
      where: 'crac',
      command: 'crac engine install\ncrac checkpoint TARGET',
    },
    { what: 'Or restore on the kernel that the image was made on', where: 'machine', command: 'uname -r' },
  ],
  samples: ["(00.030003) pie: 9: Error (criu/pie/parasite-vdso.c:297): vdso: Can't find vDSO area in image"],
});
