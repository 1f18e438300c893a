#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "storage/sqlite/connection.hpp"

namespace pay::sqlite {

/// Moves committed pages from the write-ahead log into the database on a thread of its own, so that no
/// request waits for it. Under a load without a pause the log never comes to its end that way; above a limit
/// the writer finishes the little that is left itself, and the log starts again from its beginning.
class Checkpointer {
 public:
  explicit Checkpointer(const std::string& path);
  ~Checkpointer();

  /// Has the writer's commits counted. Writer's thread.
  void watch(Connection& writer);
  /// After a commit, outside of a transaction. Writer's thread.
  void help(Connection& writer);

 private:
  static int on_commit(void* self, sqlite3* db, const char* name, int pages);
  void work();

  std::mutex mutex_;
  std::condition_variable due_;
  bool is_due_ = false;
  bool stopping_ = false;
  std::atomic<int> pages_ = 0;  ///< in the log
  std::atomic<int> moved_ = 0;  ///< of them in the database already
  Connection connection_;
  std::thread thread_;
};

}  // namespace pay::sqlite
