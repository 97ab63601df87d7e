/* The least that CRIU can restore, and the least that a process can be. */
#include <unistd.h>

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		for (;;)
			pause();
	return 0;
}
