#include "base/printable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A terminal obeys control characters, and names out of an image or of a directory may hold any. The same in
 * src/shared/protocol/printable.ts. */

/* Returns the number of bytes of the character there, 0 where it is no UTF-8. */
static int decode(const unsigned char *at, unsigned *character)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int length = *at < 0x80 ? 1 : (*at & 0xe0) == 0xc0 ? 2 : (*at & 0xf0) == 0xe0 ? 3 : (*at & 0xf8) == 0xf0 ? 4 : 0;

	if (length == 0)
		return 0;
	*character = length == 1 ? *at : *at & (0x7f >> length);
	for (int i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (at[i] & 0x3f);
	}
	return *character < least[length] || *character > 0x10ffff ? 0 : length;
}

static bool is_control(unsigned character, bool lines)
{
	if (character == '\n' || character == '\t')
		return !lines;
	return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x61c ||
	       (character >= 0x200e && character <= 0x200f) || (character >= 0x2028 && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069); /* the last ones turn text around */
}

/* Returns the text with every control character written as \xNN, byte by byte. With `lines`, line breaks and tabs stay. */
char *printable(const char *text, bool lines)
{
	const unsigned char *at = (const unsigned char *)text;
	char *shown = malloc(strlen(text) * 4 + 1), *to = shown;

	if (!shown)
		return NULL;
	while (*at) {
		unsigned character;
		int length = decode(at, &character);

		if (length > 0 && !is_control(character, lines)) {
			memcpy(to, at, length);
			to += length;
			at += length;
			continue;
		}
		for (int i = 0; i < (length > 0 ? length : 1); i++)
			to += sprintf(to, "\\x%02x", *at++);
	}
	*to = '\0';
	return shown;
}
