/* A library to preload that imitates a file system without locks: flock() and the locks of fcntl()
   fail with the errno in NOLOCK_ERRNO. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>

static int fail(void) {
  const char* number = getenv("NOLOCK_ERRNO");
  errno = number != NULL ? atoi(number) : ENOLCK;
  return -1;
}

static int locks(int command) {
  return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||
         command == F_OFD_SETLKW;
}

int flock(int fd, int operation) {
  (void)fd;
  (void)operation;
  return fail();
}

#define WRAPPED(name)                                                                \
  int name(int fd, int command, ...) {                                               \
    va_list rest;                                                                    \
    va_start(rest, command);                                                         \
    void* argument = va_arg(rest, void*);                                            \
    va_end(rest);                                                                    \
    if (locks(command)) return fail();                                               \
    return ((int (*)(int, int, ...))dlsym(RTLD_NEXT, #name))(fd, command, argument); \
  }
WRAPPED(fcntl)
WRAPPED(fcntl64)
