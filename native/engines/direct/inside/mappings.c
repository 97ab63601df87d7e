#include "mappings.h"

#include <sys/mman.h>

static void skip_line(const char **at)
{
	while (**at && **at != '\n')
		++*at;
	if (**at)
		++*at;
}

static uint64_t kilobytes(const char *line, const char *name)
{
	const char *at = line + text_length(name);

	text_blanks(&at);
	return text_number(&at, 10) << 10;
}

static void read_flag(struct mapping *mapping, const char *flag)
{
	static const struct {
		char name[3];
		uint32_t advice;
	} advices[] = { { "dc", ADVICE_DONTFORK },    { "dd", ADVICE_DONTDUMP },  { "wf", ADVICE_WIPEONFORK }, { "hg", ADVICE_HUGEPAGE },
			{ "nh", ADVICE_NOHUGEPAGE }, { "mg", ADVICE_MERGEABLE }, { "lo", ADVICE_LOCKED },
			{ "lf", ADVICE_ON_FAULT },   { "sr", ADVICE_SEQUENTIAL }, { "rr", ADVICE_RANDOM },  { "sl", ADVICE_SEALED } };

	for (size_t i = 0; i < sizeof(advices) / sizeof(*advices); i++)
		if (text_starts(flag, advices[i].name))
			mapping->advice |= advices[i].advice;
	mapping->grows_down |= text_starts(flag, "gd");
	mapping->is_locked |= text_starts(flag, "lo");
	mapping->is_huge |= text_starts(flag, "ht");
	mapping->is_droppable |= text_starts(flag, "dp");
	mapping->has_no_reserve |= text_starts(flag, "nr");
	mapping->is_special |= text_starts(flag, "io") || text_starts(flag, "pf") || text_starts(flag, "de") || text_starts(flag, "mm");
	mapping->is_device |= text_starts(flag, "pf") || text_starts(flag, "io");
}

static void read_flags(struct mapping *mapping, const char *at)
{
	for (at += text_length("VmFlags:"); *at && *at != '\n';) {
		text_blanks(&at);
		read_flag(mapping, at);
		while (*at && *at != ' ' && *at != '\n')
			at++;
	}
}

static void read_name(struct mapping *mapping, const char *at)
{
	size_t length = 0;

	while (at[length] && at[length] != '\n' && length < sizeof(mapping->name) - 1)
		length++;
	bytes_copy(mapping->name, at, length);
	mapping->name[length] = '\0';
	mapping->is_deleted = length > 10 && text_same(mapping->name + length - 10, " (deleted)");
}

static bool begins_entry(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* As struct stat has it. */
static uint64_t device_of(uint64_t major, uint64_t minor)
{
	return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffull) << 12 | (major & ~0xfffull) << 32;
}

bool mapping_read(const char **at, struct mapping *mapping)
{
	const char *rights;
	uint64_t major;

	if (!**at)
		return false;
	bytes_clear(mapping, __builtin_offsetof(struct mapping, name));
	mapping->start = text_number(at, 16);
	++*at;
	mapping->end = text_number(at, 16);
	++*at;
	rights = *at;
	mapping->protection = (rights[0] == 'r' ? PROT_READ : 0) | (rights[1] == 'w' ? PROT_WRITE : 0) | (rights[2] == 'x' ? PROT_EXEC : 0);
	mapping->is_shared = rights[3] == 's';
	*at += 5;
	mapping->offset = text_number(at, 16);
	++*at;
	major = text_number(at, 16);
	++*at;
	mapping->device = device_of(major, text_number(at, 16));
	++*at;
	mapping->inode = text_number(at, 10);
	text_blanks(at);
	read_name(mapping, *at);
	skip_line(at);
	while (**at && !begins_entry(**at)) {
		if (text_starts(*at, "Rss:"))
			mapping->present += kilobytes(*at, "Rss:");
		else if (text_starts(*at, "Swap:"))
			mapping->present += kilobytes(*at, "Swap:");
		else if (text_starts(*at, "ProtectionKey:"))
			mapping->has_key = kilobytes(*at, "ProtectionKey:") != 0;
		else if (text_starts(*at, "VmFlags:"))
			read_flags(mapping, *at);
		skip_line(at);
	}
	return true;
}
