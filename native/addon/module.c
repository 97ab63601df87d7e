#include "addon/addon.h"

#define FUNCTION(name, function) { name, NULL, function, NULL, NULL, NULL, napi_enumerable, NULL }

NAPI_MODULE_INIT()
{
	const napi_property_descriptor properties[] = {
		FUNCTION("memoryFile", memory_file),
		FUNCTION("duplicate", duplicate),
		FUNCTION("seek", seek),
		FUNCTION("epollControl", epoll_control),
		FUNCTION("listens", listens),
		FUNCTION("lock", take_lock),
		FUNCTION("unixPeers", unix_peers),
		FUNCTION("openedBy", opened_by),
		FUNCTION("park", park),
		FUNCTION("unpark", unpark),
		FUNCTION("wait", wait_for_message),
		FUNCTION("released", wait_until_released),
		FUNCTION("generationPage", generation_page),
		FUNCTION("isAlone", is_alone),
		FUNCTION("setGate", set_gate),
		FUNCTION("draws", draws),
		FUNCTION("isMainThread", is_main_thread),
		FUNCTION("carries", carries),
		FUNCTION("beforeCopy", before_copy),
		FUNCTION("reseed", reseed),
		FUNCTION("noteEnvironment", note_environment),
		FUNCTION("fileMark", file_mark),
		FUNCTION("noteSettings", note_settings),
		FUNCTION("putBackSettings", put_back_settings),
		FUNCTION("trim", trim),
		FUNCTION("noteWrittenPages", note_written_pages),
		FUNCTION("writtenPages", written_pages),
		FUNCTION("countAsIdle", count_as_idle),
		FUNCTION("forgetTimeZone", forget_time_zone),
		FUNCTION("directStand", direct_stand),
		FUNCTION("directAhead", direct_read_ahead),
		FUNCTION("directIsAhead", direct_is_ahead),
		FUNCTION("takeChildren", take_children),
		FUNCTION("reap", reap),
		FUNCTION("startApart", start_apart),
		FUNCTION("replaceProcess", replace_process),
	};

	napi_define_properties(env, exports, sizeof(properties) / sizeof(*properties), properties);
	return exports;
}
