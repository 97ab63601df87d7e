/* Stands in for libnftables while the engine restores: CRIU uses it to lock the network of connections that it brings
 * back, and here it brings back none (--tcp-close). It would load four more libraries. As gnutls.c. */

#define FUNCTIONS(each)                                                                                              \
	each(buffer_error) each(buffer_output) each(free) each(get_error_buffer) each(new) each(set_error) each(set_output)

/* NULL, should one be called: no context, which CRIU takes for a failure. */
#define FUNCTION(name) void *nft_ctx_##name(void); void *nft_ctx_##name(void) { return 0; }

FUNCTIONS(FUNCTION)

int nft_run_cmd_from_buffer(void);
int nft_run_cmd_from_buffer(void) { return -1; }
