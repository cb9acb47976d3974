/* Requests to memcheck; outside of valgrind they do nothing. */
#include <stddef.h>
#include <valgrind/memcheck.h>

void ct_secret(const void *bytes, size_t len) { (void)VALGRIND_MAKE_MEM_UNDEFINED(bytes, len); }
unsigned ct_reports(void) { return (unsigned)VALGRIND_COUNT_ERRORS; }
unsigned ct_is_watched(void) { return (unsigned)RUNNING_ON_VALGRIND; }
