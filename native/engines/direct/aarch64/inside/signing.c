/* Stands before the C library's start of the program: what the dynamic linker and constructors have called has returned by
 * then, and nothing of it is believed any more. From here on no address is signed in this process (arch.h). */
#define _GNU_SOURCE
#include "engines/direct/arch.h"

#include <dlfcn.h>

typedef int main_function(int count, char **words, char **environment);
typedef int start_function(main_function *program, int count, char **words, void (*begin)(void), void (*end)(void),
			   void (*end_of_linker)(void), void *stack_end);

__attribute__((visibility("default"))) start_function __libc_start_main;

int __libc_start_main(main_function *program, int count, char **words, void (*begin)(void), void (*end)(void),
		      void (*end_of_linker)(void), void *stack_end)
{
	start_function *real = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");

	signing_stop();
	return real(program, count, words, begin, end, end_of_linker, stack_end);
}
