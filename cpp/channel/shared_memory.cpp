#include "shared_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace anatomatte::channel {
namespace {

// Facts of Linux that older headers lack.
constexpr unsigned kCloexec = 1, kAllowSealing = 2;
constexpr int kAddSeals = 1033, kGetSeals = 1034, kSealShrink = 2;

std::string system_says(const char* what) { return std::string(what) + ": " + strerror(errno); }

}  // namespace

SharedMemory make_shared(size_t size, std::string* why) {
  SharedMemory made;
  size = size ? size : 1;
  Fd fd(static_cast<int>(::syscall(SYS_memfd_create, "anatomatte", kCloexec | kAllowSealing)));
  if (!fd) {
    *why = "No shared memory for the frame: " + system_says("memfd_create") + ".";
    return made;
  }
  // asked first, because to go beyond it raises a signal that ends a host
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && size > limit.rlim_cur) {
    *why = "No shared memory for the frame: this process may make no file of " +
           std::to_string(size) + " bytes (ulimit -f).";
    return made;
  }
  // fallocate, not only ftruncate: a shortage is an answer here, not a SIGBUS later
  int failed = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(size));
  if (failed) {
    errno = failed;
    *why = system_says("No shared memory for the frame") + ".";
    return made;
  }
  ::fcntl(fd.get(), kAddSeals, kSealShrink);
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (data == MAP_FAILED) {
    *why = system_says("No address space for the frame") + ".";
    return made;
  }
  made.map = Mapping(data, size);
  made.fd = std::move(fd);
  return made;
}

Mapping map_shared(int fd, size_t size, std::string* why) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0 || static_cast<size_t>(facts.st_size) < size) {
    *why = "the shared memory is smaller than the frame";
    return {};
  }
  int seals = ::fcntl(fd, kGetSeals);
  if (seals < 0 || !(seals & kSealShrink)) {
    *why = "the shared memory is not sealed against shrinking";
    return {};
  }
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED) {
    *why = system_says("no address space");
    return {};
  }
  return Mapping(data, size);
}

}  // namespace anatomatte::channel
