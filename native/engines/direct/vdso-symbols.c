#include "engines/direct/vdso-symbols.h"

#include <elf.h>
#include <string.h>

static bool is_within(const struct vdso *vdso, uint64_t at, uint64_t length)
{
	return at <= vdso->length && length <= vdso->length - at;
}

static bool get(const struct vdso *vdso, uint64_t at, void *to, size_t length)
{
	if (!is_within(vdso, at, length))
		return false;
	memcpy(to, vdso->content + at, length);
	return true;
}

struct dynamic {
	uint64_t symbols, names, names_length, hash;
};

static bool read_dynamic(const struct vdso *vdso, const Elf64_Phdr *part, struct dynamic *dynamic)
{
	for (uint64_t at = 0; part->p_filesz >= sizeof(Elf64_Dyn) && at <= part->p_filesz - sizeof(Elf64_Dyn); at += sizeof(Elf64_Dyn)) {
		Elf64_Dyn entry;

		if (!get(vdso, part->p_offset + at, &entry, sizeof(entry)))
			return false;
		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == DT_SYMTAB)
			dynamic->symbols = entry.d_un.d_ptr - vdso->base;
		else if (entry.d_tag == DT_STRTAB)
			dynamic->names = entry.d_un.d_ptr - vdso->base;
		else if (entry.d_tag == DT_STRSZ)
			dynamic->names_length = entry.d_un.d_val;
		else if (entry.d_tag == DT_HASH)
			dynamic->hash = entry.d_un.d_ptr - vdso->base;
	}
	return dynamic->symbols && dynamic->names && dynamic->names_length;
}

/* As the old kind of hash table says it; where there is none, names follow the symbols. */
static uint64_t count_symbols(const struct vdso *vdso, const struct dynamic *dynamic)
{
	uint32_t hash[2]; /* buckets, symbols */

	if (dynamic->hash && get(vdso, dynamic->hash, hash, sizeof(hash)))
		return hash[1];
	return dynamic->names > dynamic->symbols ? (dynamic->names - dynamic->symbols) / sizeof(Elf64_Sym) : 0;
}

static bool read_parts(struct vdso *vdso, const Elf64_Ehdr *header, Elf64_Phdr *dynamic)
{
	bool has_load = false, has_dynamic = false;

	for (uint16_t i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr part;

		if (!get(vdso, header->e_phoff + i * sizeof(part), &part, sizeof(part)))
			return false;
		if (part.p_type == PT_LOAD && !has_load) {
			vdso->base = part.p_vaddr - part.p_offset;
			has_load = true;
		} else if (part.p_type == PT_DYNAMIC) {
			*dynamic = part;
			has_dynamic = true;
		}
	}
	return has_load && has_dynamic;
}

bool vdso_read(struct vdso *vdso, const unsigned char *content, uint64_t length)
{
	struct dynamic dynamic = { 0 };
	Elf64_Ehdr header;
	Elf64_Phdr part = { .p_type = PT_NULL };

	*vdso = (struct vdso){ .content = content, .length = length };
	if (!get(vdso, 0, &header, sizeof(header)) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > length ||
	    !read_parts(vdso, &header, &part) || part.p_offset > length || !read_dynamic(vdso, &part, &dynamic))
		return false;
	vdso->symbols = dynamic.symbols;
	vdso->count = count_symbols(vdso, &dynamic);
	vdso->names = dynamic.names;
	vdso->names_length = dynamic.names_length;
	return vdso->count > 0 && vdso->count <= length / sizeof(Elf64_Sym) &&
	       is_within(vdso, vdso->symbols, vdso->count * sizeof(Elf64_Sym)) && is_within(vdso, vdso->names, vdso->names_length) &&
	       content[vdso->names + vdso->names_length - 1] == '\0';
}

bool vdso_function(const struct vdso *vdso, uint64_t number, struct vdso_function *function)
{
	static const char *const prefixes[] = { "__vdso_", "__kernel_" };
	Elf64_Sym symbol;

	if (!get(vdso, vdso->symbols + number * sizeof(symbol), &symbol, sizeof(symbol)) || symbol.st_name >= vdso->names_length)
		return false;
	*function = (struct vdso_function){ (const char *)vdso->content + vdso->names + symbol.st_name, symbol.st_value - vdso->base,
					    symbol.st_size };
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strncmp(function->name, prefixes[i], strlen(prefixes[i])) == 0)
			function->name += strlen(prefixes[i]);
	return ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF &&
	       is_within(vdso, function->offset, function->size);
}

bool vdso_find(const struct vdso *vdso, const char *name, uint64_t *offset)
{
	struct vdso_function function;

	for (uint64_t i = 0; i < vdso->count; i++)
		if (vdso_function(vdso, i, &function) && strcmp(function.name, name) == 0) {
			*offset = function.offset;
			return true;
		}
	return false;
}
