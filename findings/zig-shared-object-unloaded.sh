#!/bin/sh
# One expects: a shared object runs the destructors of its static objects when it is unloaded (Itanium C++ ABI 3.3.5),
#   as those of gcc and clang do.
# What happens: zig links no crtbeginS.o and nothing in its place, so nothing calls __cxa_finalize(&__dso_handle) when the
#   object is closed. Its destructors stay in the process's list and are called at exit, where the object no longer is.
# Who is hurt: whoever builds plug-ins with zig for hosts that close them: the host crashes as it ends (a segmentation
#   fault, or a double free where the object was loaded again at the same address).
# Instead: link a C file into the object whose destructor calls __cxa_finalize, as cpp/unloading.c does.
set -eu
version=0.17.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "ziglang==$version" ||
  { echo "ziglang $version is no longer to be had"; exit 2; }
cat > "$work/kept.cpp" <<'CPP'
#include <cstdio>
struct Kept { ~Kept() { std::puts("destroyed"); } };
static Kept kept;
CPP
cat > "$work/closes.c" <<'C'
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **words) {
  void *object = count == 2 ? dlopen(words[1], RTLD_NOW) : 0;
  if (!object) return 3;
  dlclose(object);
  puts("closed");
  fflush(stdout);
  return 0;
}
C
zig="$work/venv/bin/python -m ziglang"
$zig cc -target x86_64-linux-gnu.2.28 "$work/closes.c" -o "$work/closes"
$zig c++ -target x86_64-linux-gnu.2.28 -shared -fPIC "$work/kept.cpp" -o "$work/kept.so"
status=0
"$work/closes" "$work/kept.so" > "$work/said" 2>&1 || status=$?
cat "$work/said"
echo "the host ends with $status"
if [ "$(head -n 1 "$work/said")" = destroyed ]; then echo "mended in ziglang $version"; exit 1; fi
[ "$status" -ne 0 ] && echo "as described"
