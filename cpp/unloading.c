/* For compilers whose shared objects forget their static objects when they are unloaded: zig links no
   crtbeginS.o (findings/zig-shared-object-unloaded.sh).  Destructors that stay in the process's list are
   called at its end, at addresses where nothing or something else lies by then. */

extern void __cxa_finalize(void *module);
extern void *const __dso_handle __attribute__((visibility("hidden")));

__attribute__((destructor)) static void unloaded(void) { __cxa_finalize((void *)&__dso_handle); }
