#include "possible.h"
#include "fork-marks.h"

static bool refuse_mapping(const struct mapping *mapping, const char *what)
{
	return refuse(what, *mapping->name ? mapping->name : "without a name", 0);
}

bool possible_is(const struct mapping *mapping)
{
	if (mapping->is_huge)
		return refuse_mapping(mapping, "memory in huge pages (hugetlbfs) is mapped:");
	if (mapping->is_device)
		return refuse_mapping(mapping, "memory of a device is mapped:");
	if (mapping->has_key)
		return refuse_mapping(mapping, "memory with a protection key is mapped:");
	return true;
}

bool possible_refuse_shared(const struct mapping *mapping)
{
	return refuse_mapping(mapping, "memory is mapped that other processes may share:");
}

bool possible_is_kernels(const struct mapping *mapping)
{
	return text_same(mapping->name, "[vdso]") || text_starts(mapping->name, "[vvar");
}

bool memory_is_possible(const char *text)
{
	static struct mapping mapping; /* has a path in it: too large for a stack that a program has chosen */

	if (!fork_marks_begin())
		return false;
	for (const char *at = text; mapping_read(&at, &mapping);) {
		fork_marks_note(&mapping);
		if (!possible_is_kernels(&mapping) &&
		    !(text_starts(mapping.name, "/SYSV") ? possible_refuse_shared(&mapping) : possible_is(&mapping)))
			return false;
	}
	return true;
}
