#include "engines/direct/signing.h"
#include "base/say.h"

#include <sys/auxv.h>
#include <sys/prctl.h>

#define SIGNS (1ul << 30)  /* HWCAP_PACA */
#define GET_ENABLED_KEYS 61 /* PR_PAC_GET_ENABLED_KEYS, Linux 5.13 */

void signing_check(const char *image)
{
	if (!(getauxval(AT_HWCAP) & SIGNS) || prctl(GET_ENABLED_KEYS, 0, 0, 0, 0) >= 0)
		return;
	die(CRAC_EXIT_ENGINE, "%s: this CPU signs the addresses that functions return to (pointer authentication), and this kernel cannot\n"
	    "keep it from that for one program, as Linux 5.13 and later do. Start the kernel with arm64.nopauth, or make the image\n"
	    "with the engine criu: crac run --engine criu --image DIR app.js", image);
}
