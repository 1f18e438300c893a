#include "storage/sqlite/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "storage/sqlite/sqlite_store.hpp"

namespace pay::sqlite {
namespace {

constexpr std::chrono::milliseconds pause{10};

}  // namespace

FileLock::FileLock(const std::string& path, std::chrono::milliseconds patience)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) throw StoreUnavailable(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(pause);
      continue;
    }
    ::close(descriptor_);
    throw FileInUse(fmt::format("another payment-service has it open (it holds {})", path));
  }
}

FileLock::~FileLock() {
  ::close(descriptor_);
}

}  // namespace pay::sqlite
