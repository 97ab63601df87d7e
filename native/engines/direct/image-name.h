#ifndef CRAC_DIRECT_IMAGE_NAME_H
#define CRAC_DIRECT_IMAGE_NAME_H

#include "engines/direct/format.h"
#include "engines/direct/text.h"

#define IMAGE_END ".img"

/* Writes the name of a member's file: `of` with its number before the end. */
static inline void image_name_of(char to[IMAGE_NAME_MAX], const char *of, int member)
{
	size_t length = text_length(of) - (sizeof(IMAGE_END) - 1);

	to = text_put(to, of);
	if (member == 0)
		return;
	to = text_put_number(text_put(to - (sizeof(IMAGE_END) - 1), "-"), (uint64_t)member);
	text_put(to, of + length);
}

/* Tells whether the text begins as the name of a page file, a member's too, and returns what stands behind it; else NULL. */
static inline const char *behind_page_file(const char *text)
{
	const size_t length = sizeof(PAGE_FILE_NAME) - sizeof(IMAGE_END);

	for (size_t i = 0; i < length; i++)
		if (text[i] != PAGE_FILE_NAME[i])
			return NULL;
	text += length;
	if (*text == '-') {
		text++;
		while (*text >= '0' && *text <= '9')
			text++;
	}
	return text_starts(text, IMAGE_END) ? text + sizeof(IMAGE_END) - 1 : NULL;
}

#endif
