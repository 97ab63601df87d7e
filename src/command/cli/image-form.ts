import { CommandError, EXIT } from '../base/command-error.ts';
import { IMAGE_FORMS, type ImageForm } from '../image/contents.ts';

export const IMAGE_FORM = {
  value: 'FORM',
  help: 'cow: memory is mapped from the image and copies share it (default); plain: it is read at each restore',
} as const;

/** @throws CommandError for another word */
export function imageForm(text: string): ImageForm {
  const form = IMAGE_FORMS.find((known) => known === text);
  if (form) return form;
  throw new CommandError(`--image-form ${text}: expected ${IMAGE_FORMS.join(' or ')}`, EXIT.usage);
}
