/* Stands in for libgnutls while the engine restores. CRIU is linked with it for page servers over TLS, which a restore
 * here never has, and it brings nine more libraries: a third of the time in which CRIU starts. Loaded before it under
 * its name (ld.so(8), LD_PRELOAD), so that the dynamic linker looks for no other. See src/command/engines/criu/install/stub-libraries.ts. */

#define FUNCTIONS(each)                                                                                              \
	each(bye) each(certificate_allocate_credentials) each(certificate_free_credentials)                              \
	each(certificate_send_x509_rdn_sequence) each(certificate_server_set_request)                                    \
	each(certificate_set_x509_crl_file) each(certificate_set_x509_key_file)                                          \
	each(certificate_set_x509_system_trust) each(certificate_set_x509_trust_file) each(certificate_type_get)         \
	each(certificate_verification_status_print) each(certificate_verify_peers3) each(credentials_set) each(deinit)   \
	each(error_is_fatal) each(handshake) each(init) each(packet_deinit) each(packet_get) each(record_check_pending)  \
	each(record_recv) each(record_recv_packet) each(record_send) each(set_default_priority) each(strerror)           \
	each(transport_set_ptr) each(transport_set_pull_function) each(transport_set_push_function)

/* GNUTLS_E_UNIMPLEMENTED_FEATURE, should one be called. */
#define FUNCTION(name) long gnutls_##name(void); long gnutls_##name(void) { return -1250; }

FUNCTIONS(FUNCTION)

void (*gnutls_free)(void *);
