#!/bin/sh
# One expects: when a plug-in's render answers that it failed, the host says so, and a program that renders exits with
#   something else than 0.
# What happens: MLT's openfx module does not look at what render answers. With a plug-in that answers kOfxStatFailed to
#   every frame, melt says nothing, writes each frame as it came in, byte for byte, and exits with 0.
# Who is hurt: farms and scripts take it for a good render; the picture is the unkeyed, ungraded one.
# Instead: a plug-in puts something into the picture that nobody takes for a result (transparent black) and says what
#   failed by a message, which melt prints; who runs melt reads its error output or looks at the frames.
# melt with openfx is in no stable Debian yet: it is taken from unstable, and this ends with 2 once that is replaced.
set -eu
version=7.42.0-1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/none" "$work/root"
: > "$work/status"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] http://deb.debian.org/debian sid main" > "$work/sources.list"
cat > "$work/apt.conf" <<APT
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "$work/none";
Dir::State::lists "$work/lists";
Dir::Cache "$work/cache";
Dir::State::status "$work/status";
Acquire::Languages "none";
APT::Sandbox::User "root";
APT
export APT_CONFIG="$work/apt.conf"
apt-get -qq update
apt-get -qq install --download-only --no-install-recommends "melt=$version" > "$work/apt.log" 2>&1 ||
  { echo "melt $version is no longer to be had"; exit 2; }
for deb in "$work"/cache/archives/*.deb; do dpkg-deb -x "$deb" "$work/root"; done

bundle="$work/ofx/fails.ofx.bundle/Contents/Linux-x86-64"
mkdir -p "$bundle"
cat > "$work/fails.c" <<'C'
#include <stdio.h>
#include <string.h>
/* The parts of the OpenFX ABI that this needs, under its own names. */
typedef struct { void *host; const void *(*fetch)(void *, const char *, int); } Host;
typedef struct { void *pointer; int (*text)(void *, const char *, int, const char *); } Properties;
typedef struct { int (*set)(void *, void **), (*params)(void *, void **), (*clip)(void *, const char *, void **); } Effect;
static Host *host;
static void text(void *set, const char *name, const char *value) {
  ((const Properties *)host->fetch(host->host, "OfxPropertySuite", 1))->text(set, name, 0, value);
}
static int main_entry(const char *action, void *effect, void *in, void *out) {
  const Effect *suite = host->fetch(host->host, "OfxImageEffectSuite", 1);
  void *set = 0;
  (void)in, (void)out;
  if (!strcmp(action, "OfxActionDescribe")) {
    suite->set(effect, &set);
    text(set, "OfxPropLabel", "Fails");
    text(set, "OfxImageEffectPropSupportedContexts", "OfxImageEffectContextFilter");
    text(set, "OfxImageEffectPropSupportedPixelDepths", "OfxBitDepthByte");
    return 0;
  }
  if (!strcmp(action, "OfxImageEffectActionDescribeInContext")) {
    suite->clip(effect, "Source", &set);
    text(set, "OfxImageEffectPropSupportedComponents", "OfxImageComponentRGBA");
    suite->clip(effect, "Output", &set);
    text(set, "OfxImageEffectPropSupportedComponents", "OfxImageComponentRGBA");
    return 0;
  }
  if (!strcmp(action, "OfxImageEffectActionRender")) {
    fprintf(stderr, "render failed\n");
    return 1; /* kOfxStatFailed */
  }
  return !strcmp(action, "OfxActionLoad") ? 0 : 14;            /* OK; else kOfxStatReplyDefault */
}
static void set_host(Host *given) { host = given; }
static struct { const char *api; int version; const char *id; unsigned major, minor; void (*set)(Host *); void *entry; }
    plugin = {"OfxImageEffectPluginAPI", 1, "org.example.fails", 1, 0, set_host, (void *)main_entry};
int OfxGetNumberOfPlugins(void) { return 1; }
void *OfxGetPlugin(int n) { return n ? 0 : &plugin; }
C
cc -shared -fPIC -o "$bundle/fails.ofx" "$work/fails.c"

lib="$work/root/usr/lib/x86_64-linux-gnu"
export MLT_REPOSITORY="$lib/mlt-7" MLT_DATA="$work/root/usr/share/mlt-7" OFX_PLUGIN_PATH="$work/ofx"
export MLT_PROFILES_PATH="$work/root/usr/share/mlt-7/profiles"
melt() {
  "$work/root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$lib:$lib/blas:$lib/lapack:$lib/pulseaudio" \
    "$work/root/usr/bin/melt-7" "$@"
}
film() { # frames of a red card as raw RGBA into $1, through the filters that follow
  into=$1; shift
  melt -silent -profile qcif_15 color:red out=2 "$@" -consumer "avformat:$into" real_time=-1 an=1 f=rawvideo \
    vcodec=rawvideo pix_fmt=rgba s=176x144 > "$work/log" 2>&1
}
melt --version 2>/dev/null | head -1
film "$work/plain.raw"
code=0
film "$work/failed.raw" -filter openfx.org.example.fails || code=$?
echo "renders that answered kOfxStatFailed: $(grep -c "^render failed$" "$work/log")"
echo "lines of melt about it: $(grep -ci "openfx\|org.example" "$work/log" || true)"
echo "exit code: $code"
same=differ
cmp -s "$work/plain.raw" "$work/failed.raw" && same=same
echo "bytes with the filter and without: $same ($(wc -c < "$work/failed.raw") bytes)"
[ "$code" = 0 ] && [ "$same" = same ] && [ -s "$work/failed.raw" ] && grep -q "^render failed$" "$work/log"
