/*
 * What Debian's libstdc++ and libgcc ask of glibc and musl does not have, for tests of the musl executable where no
 * libstdc++ for musl is to be had. None of it matters to the program: the answers are those that make the libraries
 * take their slower ways.
 */
#include <stddef.h>

extern long getrandom(void *buffer, size_t length, unsigned flags);
extern size_t strftime_l(char *text, size_t length, const char *format, const void *time, void *locale);

char __libc_single_threaded = 0;
struct {
  unsigned vendor, type, subtype, features[1];
} __cpu_model;
unsigned __cpu_features2[4];

unsigned arc4random(void) {
  unsigned number = 0;
  getrandom(&number, sizeof number, 0);
  return number;
}

size_t __strftime_l(char *text, size_t length, const char *format, const void *time, void *locale) {
  return strftime_l(text, length, format, time, locale);
}

int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library) { return 0; }
int _dl_find_object(void *address, void *result) { return -1; }
int __cpu_indicator_init(void) { return 0; }
