#include "storage/sqlite/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "storage/sqlite/sqlite_store.hpp"

namespace pay::sqlite {

FileLock::FileLock(const std::string& path)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) throw StoreUnavailable(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    throw FileInUse(fmt::format("another payment-service has it open (it holds {})", path));
  }
}

FileLock::~FileLock() {
  ::close(descriptor_);
}

}  // namespace pay::sqlite
