#pragma once

#include <chrono>
#include <string>

namespace pay::sqlite {

/// Keeps a second process out for as long as it lives; the system lets go of it when the process dies.
class FileLock {
 public:
  /// Throws FileInUse when another process holds it for longer than `patience`, StoreUnavailable when the
  /// file cannot be made.
  explicit FileLock(const std::string& path, std::chrono::milliseconds patience = {});
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace pay::sqlite
